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
    let tail = tail(app, pull_request, repository);
    let room = longest.saturating_sub(tail.len());
    let cut: String = app.chars().take(room).collect();
    format!("{}{tail}", cut.trim_end_matches('-'))
}

/// What a cut name ends with.
fn tail(app: &str, pull_request: u64, repository: u64) -> String {
    let hash = Sha256::digest(format!("{repository}/{app}"));
    format!("-{:02x}{:02x}-pr-{pull_request}", hash[0], hash[1])
}

/// Whether that is the name of the preview of this very app, whatever length its platform accepts.
pub(crate) fn is_preview_of(name: &str, app: &str, pull_request: u64, repository: u64) -> bool {
    let whole = name.strip_suffix(&format!("-pr-{pull_request}"));
    let cut = name.strip_suffix(&tail(app, pull_request, repository));
    whole == Some(app) || cut.is_some_and(|cut| cut.len() < app.len() && app.starts_with(cut))
}

/// Whether an app of that name can be the preview of a pull request, whatever its app spec is called.
pub(crate) fn is_preview_app(name: &str, pull_request: u64) -> bool {
    name.ends_with(&format!("-pr-{pull_request}"))
}

#[cfg(test)]
mod tests {
    use super::{is_preview_of, preview_app};

    #[test]
    fn a_preview_is_recognised_whole_and_cut() {
        for app in ["shop", "a-service-with-a-very-long-name"] {
            let name = preview_app(app, 12, 7, 32);
            assert!(is_preview_of(&name, app, 12, 7), "{name}");
            for (other, pull_request, repository) in [("store", 12, 7), (app, 13, 7)] {
                assert!(!is_preview_of(&name, other, pull_request, repository), "{name}");
            }
        }
        let cut = preview_app("a-service-with-a-very-long-name", 12, 7, 32);
        assert!(!is_preview_of(&cut, "a-service-with-a-very-long-name", 12, 8), "{cut}");
    }

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
