/** The ways to sign in. */

import { FactorSection } from "./factor_section";
import { PasskeySection } from "./passkey_section";
import { PasswordSection } from "./password_section";

export function SecurityPage() {
  return (
    <>
      <PasswordSection />
      <FactorSection />
      <PasskeySection />
    </>
  );
}
