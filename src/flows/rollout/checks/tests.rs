//! What the checks conclude from what was built.

use crate::flows::rollout::checks::other_image;
use crate::model::rollout::Built;
use crate::platforms::facts::{Component, Facts};

const RIGHT: &str = "sha256:1111111111111111111111111111111111111111111111111111111111111111";
const WRONG: &str = "sha256:2222222222222222222222222222222222222222222222222222222222222222";

#[test]
fn an_image_by_another_digest_than_the_specs_is_named() {
    let facts = |digest: Option<&str>| Facts {
        components: vec![Component {
            name: "web".to_owned(),
            is_job: false,
            sleeps: false,
            sources: Vec::new(),
            digest: digest.map(str::to_owned),
            announcement: None,
        }],
        ..Facts::default()
    };
    let (by_digest, by_tag) = (facts(Some(RIGHT)), facts(None));
    let runs = |component: &str, digest: &str| vec![(component.to_owned(), Built::Digest(digest.to_owned()))];
    let failure = other_image(&runs("web", WRONG), &by_digest).expect("another image");
    assert_eq!(failure.what, format!("`web` runs the image `{WRONG}`, not `{RIGHT}`"));
    assert!(other_image(&runs("web", RIGHT), &by_digest).is_none());
    assert!(
        other_image(&runs("web", WRONG), &by_tag).is_none(),
        "a tag names no digest"
    );
    assert!(other_image(&runs("other", WRONG), &by_digest).is_none());
    assert!(other_image(&[("web".to_owned(), Built::Unprovable)], &by_digest).is_none());
}
