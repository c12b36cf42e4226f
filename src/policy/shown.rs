//! An env and a command as people may read them: without what is a credential by its shape or by its name.

use super::credentials;
use super::env::notation::Notation;
use super::hidden::{MASK, by_shape};

/// A value of an env as people may read it.
pub(crate) fn of_env(key: &str, value: &str, notation: &dyn Notation) -> String {
    let shown = by_shape(value, notation);
    // A short password is no word to look for elsewhere, but it is not shown here.
    let left = shown.replace(MASK, "${HIDDEN}");
    let is_plain = |value: &str| credentials::is_plain(key, value, notation);
    if is_plain(value) && (shown == value || is_plain(&left)) {
        MASK.to_owned()
    } else {
        shown
    }
}

/// A command as people may read it.
pub(crate) fn of_command(command: &str, notation: &dyn Notation) -> String {
    let values = credentials::values_in_command(command, notation);
    let shown = values
        .iter()
        .fold(command.to_owned(), |command, value| command.replace(value, MASK));
    by_shape(&shown, notation)
}

#[cfg(test)]
mod tests {
    use super::{of_command, of_env};
    use crate::policy::env::tests::BRACES;

    #[test]
    fn credentials_are_hidden_where_they_stand() {
        for (key, value, shown) in [
            ("ADMIN_PASSWORD", "panel-pw-99", "***"),
            ("LEVEL", "info", "info"),
            ("SHORT", "app:pw1@db.acme.io/shop", "***"),
            ("SITE", "https://shop.acme.io", "https://shop.acme.io"),
            ("DATABASE", "app:hunter66@db.acme.io/shop", "app:***@db.acme.io/shop"),
            ("PLAIN_JSON", "{\"password\": \"hunter22\"}", "***"),
        ] {
            assert_eq!(of_env(key, value, BRACES), shown, "{key}={value}");
        }
        for (command, shown) in [
            (
                "./serve --password hunter22 --port 80",
                "./serve --password *** --port 80",
            ),
            ("API_TOKEN=hunter22 ./serve", "API_TOKEN=*** ./serve"),
            ("npm start", "npm start"),
        ] {
            assert_eq!(of_command(command, BRACES), shown);
        }
    }
}
