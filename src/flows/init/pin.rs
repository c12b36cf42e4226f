//! By which commit the workflows name the action: that of its own version's tag, asked of GitHub.

use std::path::Path;
use std::time::Duration;

use super::files::Wanted;
use crate::flows::project::checkout;
use crate::github::GitHub;
use crate::model::commit::Sha;
use crate::model::failure::Failure;

/// The action's repository, as workflows name it.
pub(crate) const ACTION: &str = "org/do-deploy";

/// How the templates name it: by the tag that follows the newest release, which a linter has to be configured to
/// accept.
const MOVING: &str = "org/do-deploy@v1 # zizmor: ignore[unpinned-uses] only releases move it";

/// A person waits, and without an answer there is another way.
const PATIENCE: Duration = Duration::from_secs(5);

/// Which commit of the action is this program's own.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Pin {
    /// With the version behind it as a comment, which Dependabot and Renovate keep in step:
    /// <https://docs.github.com/en/code-security/dependabot/working-with-dependabot/keeping-your-actions-up-to-date-with-dependabot>,
    /// <https://docs.renovatebot.com/modules/manager/github-actions/>
    Commit { sha: Sha, version: Version },
    /// Not known, and why.
    Unknown(String),
}

impl Pin {
    /// `action` is the action's repository on GitHub; `version` this program's own.
    pub(super) async fn ask(action: &GitHub, version: &str) -> Self {
        let Some(version) = Version::released(version) else {
            return Self::Unknown(format!("this program is `{version}`, which no release is called"));
        };
        let tag = format!("v{version}");
        match tokio::time::timeout(PATIENCE, action.commit_of_tag(&tag)).await {
            Ok(Ok(Some(sha))) => Self::Commit { sha, version },
            Ok(Ok(None)) => Self::Unknown(format!("GitHub has no commit for the tag `{tag}`")),
            Ok(Err(error)) => Self::Unknown(error.to_string()),
            Err(_) => Self::Unknown(format!("GitHub did not answer within {}s", PATIENCE.as_secs())),
        }
    }

    /// Names the action in every workflow. What is pinned in the repository already stays, unless this version is newer:
    /// an update's pull request has moved it on.
    pub(super) fn apply(&self, root: &Path, wanted: &mut [Wanted]) -> Result<(), Failure> {
        for Wanted { path, text } in wanted.iter_mut().filter(|wanted| wanted.text.contains(MOVING)) {
            let there = checkout::own_file(root, path)?;
            let named = there
                .as_deref()
                .and_then(Named::first)
                .filter(|there| self.yields_to(there));
            match (named, self) {
                (Some(named), _) => *text = text.replace(MOVING, &named.line),
                (None, Self::Commit { sha, version }) => {
                    *text = text.replace(MOVING, &format!("{ACTION}@{sha} # v{version}"));
                }
                (None, Self::Unknown(_)) => {}
            }
        }
        Ok(())
    }

    pub(super) fn is_known(&self) -> bool {
        matches!(self, Self::Commit { .. })
    }

    fn yields_to(&self, there: &Named) -> bool {
        let is_commit = there.reference.len() == 40 && there.reference.bytes().all(|byte| byte.is_ascii_hexdigit());
        is_commit
            && match self {
                Self::Unknown(_) => true,
                Self::Commit { sha, version } => {
                    there.reference.eq_ignore_ascii_case(sha.as_str())
                        || there.version.as_ref().is_none_or(|its| its > version)
                }
            }
    }

    /// How a person pins it, where a workflow follows the moving tag.
    pub(super) fn note(&self, wanted: &[Wanted]) -> Option<String> {
        let Self::Unknown(why) = self else { return None };
        wanted.iter().any(|wanted| wanted.text.contains(MOVING)).then(|| {
            format!(
                "The workflows name `{ACTION}@v1`, which follows the newest release of version 1: {why}. To pin it, name \
                 the commit of a release, with the release behind it: `{ACTION}@COMMIT # vX.Y.Z`; `gh api \
                 repos/{ACTION}/commits/tags/vX.Y.Z --jq .sha` prints it"
            )
        })
    }
}

/// How a workflow of the repository names the action.
#[derive(Debug, PartialEq, Eq)]
struct Named {
    reference: String,
    version: Option<Version>,
    /// All of it, to the end of the line.
    line: String,
}

impl Named {
    fn first(text: &str) -> Option<Self> {
        text.lines().find_map(|line| {
            let code = line.trim_start().trim_start_matches("- ").trim_start();
            let used = code.strip_prefix("uses:")?.trim();
            let reference = used.strip_prefix(ACTION)?.strip_prefix('@')?;
            let (reference, comment) = reference.split_once('#').unwrap_or((reference, ""));
            Some(Self {
                reference: reference.trim().to_owned(),
                version: comment.split_whitespace().next().and_then(Version::parse),
                line: used.to_owned(),
            })
        })
    }
}

/// `1.2.3`, of a release.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Version([u64; 3]);

impl Version {
    /// The release that a program of this version belongs to: `1.2.3-dev` is on its way to `1.2.3`.
    fn released(version: &str) -> Option<Self> {
        Self::parse(version.strip_suffix("-dev").unwrap_or(version))
    }

    /// With or without `v` in front.
    fn parse(text: &str) -> Option<Self> {
        let text = text.strip_prefix('v').unwrap_or(text);
        let parts: Vec<u64> = text.split('.').map(|part| part.parse().ok()).collect::<Option<_>>()?;
        Some(Self(parts.try_into().ok()?))
    }
}

impl std::fmt::Display for Version {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Self([major, minor, patch]) = self;
        write!(f, "{major}.{minor}.{patch}")
    }
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::{MOVING, Named, Pin, Version};
    use crate::flows::init::files::Wanted;
    use crate::model::commit::Sha;

    const SHA: &str = "1234567890123456789012345678901234567890";
    const OTHER: &str = "abcdefabcdefabcdefabcdefabcdefabcdefabcd";

    fn pinned(version: &str) -> Pin {
        Pin::Commit {
            sha: Sha::new(SHA),
            version: Version::parse(version).expect("a version"),
        }
    }

    fn applied(pin: &Pin, there: Option<&str>) -> String {
        let root = std::env::temp_dir().join(format!("do-deploy-pin-{:?}", std::thread::current().id()));
        let file = root.join("workflow.yml");
        std::fs::create_dir_all(&root).expect("a folder");
        let _not_there = std::fs::remove_file(&file);
        if let Some(there) = there {
            std::fs::write(&file, format!("    steps:\n      - uses: {there}\n")).expect("a file");
        }
        let mut wanted = [Wanted {
            path: "workflow.yml".to_owned(),
            text: format!("      - uses: {MOVING}\n        with:\n"),
        }];
        pin.apply(Path::new(&root), &mut wanted).expect("a file in the folder");
        std::fs::remove_dir_all(&root).expect("the folder is there");
        let [Wanted { text, .. }] = wanted;
        let (_, line) = text.split_once("uses: ").expect("the line");
        line.lines().next().unwrap_or_default().to_owned()
    }

    #[test]
    fn a_pin_that_is_there_gives_way_to_a_newer_version_alone() {
        let (ours, unknown) = (pinned("1.4.0"), Pin::Unknown(String::new()));
        let ours_line = format!("org/do-deploy@{SHA} # v1.4.0");
        for (there, with_an_answer_it_stays, without_one_it_stays) in [
            (format!("org/do-deploy@{OTHER} # v1.10.0"), true, true),
            (format!("org/do-deploy@{OTHER} # 1.4.1 tested by us"), true, true),
            (format!("org/do-deploy@{OTHER} # our own fork of it"), true, true),
            (format!("org/do-deploy@{OTHER}"), true, true),
            (format!("org/do-deploy@{SHA} # v1.4.0, read by us"), true, true),
            // The tag was asked for: another commit is not that version.
            (format!("org/do-deploy@{OTHER} # v1.4.0"), false, true),
            (format!("org/do-deploy@{OTHER} # v1.3.9"), false, true),
            ("org/do-deploy@v1".to_owned(), false, false),
            ("org/do-deploy@main".to_owned(), false, false),
            (format!("org/do-deploy@{} # v9.0.0", &OTHER[..12]), false, false),
            (format!("org/another@{OTHER} # v9.0.0"), false, false),
        ] {
            let expected = |stays, otherwise: &str| if stays { there.clone() } else { otherwise.to_owned() };
            let found = applied(&ours, Some(&there));
            assert_eq!(found, expected(with_an_answer_it_stays, &ours_line), "{there}");
            let found = applied(&unknown, Some(&there));
            assert_eq!(found, expected(without_one_it_stays, MOVING), "{there}");
        }
        assert_eq!(applied(&ours, None), ours_line);
        assert_eq!(applied(&unknown, None), MOVING);
    }

    #[test]
    fn only_a_release_is_a_version() {
        for version in ["0.1.0", "v1.2.3"] {
            assert!(Version::parse(version).is_some(), "{version}");
        }
        for version in ["0.1.1-dev", "v1", "1.2", "1.2.3.4", "1.2.x", ""] {
            assert_eq!(Version::parse(version), None, "{version}");
        }
        assert_eq!(Version::released("1.2.3-dev"), Version::parse("1.2.3"));
        assert!(Version::parse("1.10.0") > Version::parse("1.9.9"));
    }

    #[test]
    fn a_comment_is_no_use_of_the_action() {
        assert_eq!(Named::first(&format!("# uses: org/do-deploy@{SHA}\n")), None);
    }
}
