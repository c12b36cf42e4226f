//! The names that previews get, and what the platform accepts as a name.

use sha2::{Digest, Sha256};

/// Longest app name that App Platform accepts, in characters.
pub(crate) const LONGEST: usize = 32;

/// The preview's app name: `shop-pr-12`. A name too long for the platform is cut in the app's part,
/// never in the number, and gets four hex digits of a hash of repository and app.
pub(crate) fn preview_app(app: &str, pull_request: u64, repository: u64) -> String {
    let suffix = format!("-pr-{pull_request}");
    if app.len() + suffix.len() <= LONGEST {
        return format!("{app}{suffix}");
    }
    let hash = Sha256::digest(format!("{repository}/{app}"));
    let tail = format!("-{:02x}{:02x}{suffix}", hash[0], hash[1]);
    let room = LONGEST.saturating_sub(tail.len());
    let cut: String = app.chars().take(room).collect();
    format!("{}{tail}", cut.trim_end_matches('-'))
}

/// Whether an app of that name can be the preview of a pull request, whatever its app spec is called.
pub(crate) fn is_preview_app(name: &str, pull_request: u64) -> bool {
    name.ends_with(&format!("-pr-{pull_request}"))
}

/// Why the platform would refuse a name (`^[a-z][a-z0-9-]{0,30}[a-z0-9]$`), in words. `None`: it would not.
pub(crate) fn objection(name: &str) -> Option<&'static str> {
    let starts_well = name.starts_with(|c: char| c.is_ascii_lowercase());
    let ends_well = name.ends_with(|c: char| c.is_ascii_lowercase() || c.is_ascii_digit());
    if !starts_well {
        return Some("it has to start with a lower-case letter");
    }
    if !(2..=LONGEST).contains(&name.len()) {
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
    use super::{objection, preview_app};

    #[test]
    fn a_short_name_keeps_all_of_it() {
        assert_eq!(preview_app("shop", 12, 7), "shop-pr-12");
    }

    #[test]
    fn a_long_name_is_cut_in_the_app_never_in_the_number() {
        let name = preview_app("a-service-with-a-very-long-name", 123_456, 7);
        assert!((30..=32).contains(&name.len()), "{name}");
        assert!(name.ends_with("-pr-123456"), "{name}");
        assert_ne!(name, preview_app("a-service-with-a-very-long-name", 123_456, 8));
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
