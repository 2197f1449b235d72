/** Who the user is: name, time zone, address; and how the app looks to them. */

import { account } from "../strings/account";
import { SelectField } from "../ui/field";
import { chooseTheme, type Theme, useTheme } from "../ui/theme";
import styles from "./account.module.css";
import { EmailSection } from "./email_section";
import { ProfileForm } from "./profile_form";
import { Section } from "./section";

export function ProfilePage() {
  return (
    <>
      <Section title={account.profile.about}>
        <ProfileForm />
      </Section>
      <EmailSection />
      <Section title={account.profile.appearance}>
        <ThemeChoice />
      </Section>
    </>
  );
}

function ThemeChoice() {
  const theme = useTheme();
  return (
    <div className={styles.form}>
      <SelectField
        label={account.profile.theme}
        hint={account.profile.themeHint}
        value={theme}
        onChange={(event) => chooseTheme(event.target.value as Theme)}
      >
        {Object.entries(account.profile.themes).map(([value, name]) => (
          <option key={value} value={value}>
            {name}
          </option>
        ))}
      </SelectField>
    </div>
  );
}
