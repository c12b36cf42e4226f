//! What kind of value a field has to hold, for those fields that something here reads.

use serde_json::Value;

use super::component::{self, Kind};
use crate::model::failure::Failure;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Wants {
    Text,
    /// The platform takes `"2"` as well as `2`.
    Number,
    Mapping,
    List,
}

use Wants::{List, Mapping, Number, Text};

const APP: &[(&str, Wants)] = &[
    ("region", Text),
    ("domains", List),
    ("ingress", Mapping),
    ("ingress/rules", List),
];

const COMPONENT: &[(&str, Wants)] = &[
    ("name", Text),
    ("git", Mapping),
    ("git/repo_clone_url", Text),
    ("git/branch", Text),
    ("github", Mapping),
    ("github/repo", Text),
    ("github/branch", Text),
    ("gitlab", Mapping),
    ("gitlab/repo", Text),
    ("bitbucket", Mapping),
    ("bitbucket/repo", Text),
    ("image", Mapping),
    ("image/registry_type", Text),
    ("image/registry", Text),
    ("image/repository", Text),
    ("image/tag", Text),
    ("image/digest", Text),
    ("source_dir", Text),
    ("dockerfile_path", Text),
    ("build_command", Text),
    ("run_command", Text),
    ("environment_slug", Text),
    ("instance_size_slug", Text),
    ("instance_count", Number),
    ("autoscaling", Mapping),
    ("http_port", Number),
    ("internal_ports", List),
    ("routes", List),
    ("health_check", Mapping),
    ("health_check/http_path", Text),
    ("inactivity_sleep", Mapping),
    ("inactivity_sleep/after_seconds", Number),
    ("kind", Text),
];

const DATABASE: &[(&str, Wants)] = &[
    ("name", Text),
    ("engine", Text),
    ("version", Text),
    ("cluster_name", Text),
];

/// The fields whose value is of another kind, each with its pointer.
pub(crate) fn check(spec: &Value) -> Vec<(String, Failure)> {
    let mut wrong = Vec::new();
    fields("", spec, None, APP, &mut wrong);
    for component in component::components(spec) {
        let pointer = component.pointer();
        let owner = Some(component.name).filter(|name| !name.is_empty());
        let table = match component.kind {
            Kind::Database => DATABASE,
            _ => COMPONENT,
        };
        fields(&pointer, component.value, owner, table, &mut wrong);
    }
    wrong
}

fn fields(
    pointer: &str,
    value: &Value,
    owner: Option<&str>,
    table: &[(&str, Wants)],
    wrong: &mut Vec<(String, Failure)>,
) {
    for (field, wants) in table {
        let Some(found) = value.pointer(&format!("/{field}")) else {
            continue;
        };
        if found.is_null() || wants.accepts(found) {
            continue;
        }
        let name = field.replace('/', ".");
        let of = owner.map_or(String::new(), |owner| format!(" of `{owner}`"));
        let failure = Failure::input(format!("`{name}`{of} is not {}", wants.noun()))
            .why(format!("it is {}", shape(found)))
            .next(wants.advice());
        wrong.push((format!("{pointer}/{field}"), failure));
    }
}

impl Wants {
    fn accepts(self, value: &Value) -> bool {
        match self {
            Text => value.is_string(),
            Number => value.is_u64() || value.as_str().is_some_and(|text| text.parse::<u64>().is_ok()),
            Mapping => value.is_object(),
            List => value.is_array(),
        }
    }

    fn noun(self) -> &'static str {
        match self {
            Text => "a string",
            Number => "a whole number",
            Mapping => "a mapping",
            List => "a list",
        }
    }

    fn advice(self) -> &'static str {
        match self {
            Text => "put the value between quotes",
            Number => "write a number such as `1`",
            Mapping => "write `key: value` lines below it",
            List => "begin every entry below it with `- `",
        }
    }
}

/// Never the value itself: it may be a secret in the wrong place.
pub(crate) fn shape(value: &Value) -> &'static str {
    match value {
        Value::Null => "empty",
        Value::Bool(_) => "`true` or `false`",
        Value::Number(number) if number.is_u64() => "a number",
        Value::Number(_) => "a number below zero or with a fraction",
        Value::String(_) => "a text",
        Value::Array(_) => "a list",
        Value::Object(_) => "a mapping",
    }
}

#[cfg(test)]
mod tests {
    use crate::model::failure::Failure;
    use crate::platforms::app_platform::APP_SPEC;
    use crate::platforms::manifest::Manifest;
    use crate::platforms::manifests::Manifests;

    fn parse(text: &str, file: &str) -> Result<Manifest, Failure> {
        APP_SPEC.read(text, file)
    }

    fn refused(component: &str) -> String {
        let text = format!("name: shop\nservices:\n- name: web\n{component}");
        let failure = parse(&text, "app.yaml").expect_err(component);
        format!("{failure}\n{}", failure.next.clone().unwrap_or_default())
    }

    #[test]
    fn a_value_of_another_kind_is_found_with_its_place() {
        insta::assert_snapshot!(refused("  instance_count: two\n"), @"
        app.yaml:4:3: `instance_count` of `web` is not a whole number: it is a text
        write a number such as `1`
        ");
        insta::assert_snapshot!(refused("  github: acme/shop\n"), @"
        app.yaml:4:3: `github` of `web` is not a mapping: it is a text
        write `key: value` lines below it
        ");
        insta::assert_snapshot!(refused("  github: {repo: [acme, shop]}\n"), @"
        app.yaml:4:12: `github.repo` of `web` is not a string: it is a list
        put the value between quotes
        ");
        insta::assert_snapshot!(refused("  http_port: -1\n"), @"
        app.yaml:4:3: `http_port` of `web` is not a whole number: it is a number below zero or with a fraction
        write a number such as `1`
        ");
    }

    #[test]
    fn what_the_platform_takes_passes() {
        let text = "name: shop\nregion:\nservices:\n- {name: web, instance_count: '2', http_port: 80, github: {repo: a/b, branch: 1.0}}\n";
        parse(text, "app.yaml").expect("a valid spec");
    }
}
