//! Where real repositories have their app specs, and how many of these places are looked in.

use super::shared::shared;
use crate::platforms::app_platform::spec::APP_SPEC;
use crate::platforms::find::Places;
use crate::platforms::manifests::Manifests;

#[test]
fn nine_of_ten_real_specs_lie_where_they_are_found() {
    let Some(folder) = shared("specs") else { return };
    let index = std::fs::read_to_string(folder.join("INDEX.tsv")).expect("the index");
    let places = Places::of([&APP_SPEC as &dyn Manifests].into_iter());
    let (mut all, mut missed) = (0, Vec::new());
    for line in index.lines().skip(1) {
        let mut fields = line.split('\t');
        let (file, path) = (fields.next().expect("file"), fields.nth(1).expect("path"));
        let text = std::fs::read_to_string(folder.join(file)).expect("a spec");
        all += 1;
        if places.groups(&[path]).concat().is_empty() || !APP_SPEC.is_manifest(&text) {
            missed.push(format!("{file} {path}"));
        }
    }
    assert!(
        missed.len() * 10 <= all,
        "{} of {all} are missed:\n{}",
        missed.len(),
        missed.join("\n")
    );
}
