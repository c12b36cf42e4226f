//! What App Platform accepts as the name of an app or a component.
//! <https://docs.digitalocean.com/products/app-platform/reference/app-spec/>

use super::super::words::WORDS;

/// Why it would refuse a name (`^[a-z][a-z0-9-]{0,30}[a-z0-9]$`), in words. `None`: it would not.
pub(super) fn objection(name: &str) -> Option<&'static str> {
    let starts_well = name.starts_with(|c: char| c.is_ascii_lowercase());
    let ends_well = name.ends_with(|c: char| c.is_ascii_lowercase() || c.is_ascii_digit());
    if !starts_well {
        return Some("it has to start with a lower-case letter");
    }
    if !(2..=WORDS.longest_name).contains(&name.len()) {
        return Some("it has to be 2 to 32 characters long");
    }
    if !name
        .chars()
        .all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-')
    {
        return Some("it may only contain lower-case letters, digits and `-`");
    }
    (!ends_well).then_some("it has to end with a lower-case letter or a digit")
}

#[cfg(test)]
mod tests {
    use super::{WORDS, objection};
    use crate::model::names::preview_app;

    #[test]
    fn accepts_the_name_of_a_preview_whose_app_has_a_long_one() {
        let name = preview_app("a-service-with-a-very-long-name", 123_456, 7, WORDS.longest_name);
        assert_eq!(objection(&name), None);
    }

    #[test]
    fn objects_to_what_the_platform_refuses() {
        assert!(objection("3scale").is_some());
        assert!(objection("x").is_some());
        assert!(objection("shop_").is_some());
        assert!(objection("shop-").is_some());
        assert_eq!(objection("shop"), None);
    }
}
