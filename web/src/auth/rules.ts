/** What the fields of these pages accept. */

import { PasswordReset, Registration } from "../api/lengths";
import { auth } from "../strings/auth";
import { type Rule, within } from "../ui/rules";

const addressLength = within(Registration.email);

/** Only what is surely none is refused: the service knows the rest. */
export const isAddress: Rule = (text) => (/^[^\s@]+@[^\s@]+$/.test(text) ? addressLength(text) : auth.addressRule);

export const isNewPassword = within(PasswordReset.new_password);
export const PASSWORD_LEAST = PasswordReset.new_password.minLength;

export const isName = within(Registration.name);
