//! The names that previews get.

use sha2::{Digest, Sha256};

/// The preview's app name: `shop-pr-12`. A name too long for the platform is cut in the app's part,
/// never in the number, and gets four hex digits of a hash of repository and app. `longest`: what the platform accepts, in
/// characters.
pub(crate) fn preview_app(app: &str, pull_request: u64, repository: u64, longest: usize) -> String {
    let suffix = format!("-pr-{pull_request}");
    if app.len() + suffix.len() <= longest {
        return format!("{app}{suffix}");
    }
    let hash = Sha256::digest(format!("{repository}/{app}"));
    let tail = format!("-{:02x}{:02x}{suffix}", hash[0], hash[1]);
    let room = longest.saturating_sub(tail.len());
    let cut: String = app.chars().take(room).collect();
    format!("{}{tail}", cut.trim_end_matches('-'))
}

/// Whether an app of that name can be the preview of a pull request, whatever its app spec is called.
pub(crate) fn is_preview_app(name: &str, pull_request: u64) -> bool {
    name.ends_with(&format!("-pr-{pull_request}"))
}

#[cfg(test)]
mod tests {
    use super::preview_app;

    #[test]
    fn a_short_name_keeps_all_of_it() {
        assert_eq!(preview_app("shop", 12, 7, 32), "shop-pr-12");
    }

    #[test]
    fn a_long_name_is_cut_in_the_app_never_in_the_number() {
        let name = preview_app("a-service-with-a-very-long-name", 123_456, 7, 32);
        assert!((30..=32).contains(&name.len()), "{name}");
        assert!(name.ends_with("-pr-123456"), "{name}");
        assert_ne!(name, preview_app("a-service-with-a-very-long-name", 123_456, 8, 32));
    }
}
