//! Where in its file a spec has what the platform refused: its messages name fields of the spec that was sent.

use serde_json::Value;

use super::component::components;
use super::document::identity::{identity, place_by, place_of_name};
use crate::model::failure::Failure;
use crate::platforms::manifest::Manifest;

/// Puts the place of what `message` names on a failure, where the file has it. `sent`: what was made of the spec, and
/// refused. What the file does not have as it was sent comes from elsewhere, so no line of the file is to blame.
pub(super) fn locate(spec: &Manifest, failure: Failure, message: &str, sent: &Value) -> Failure {
    let named = paths(message)
        .chain(quoted(message))
        .find_map(|path| pointer(path, sent))
        .or_else(|| quoted(message).find_map(|name| component(name, sent)));
    match named.and_then(|pointer| same_in_file(spec, &pointer, sent)) {
        Some(pointer) => spec.locate(failure, &pointer),
        None => failure,
    }
}

/// The pointer into the file for one into what was sent: components and variables may stand elsewhere in their lists.
fn same_in_file(spec: &Manifest, pointer: &str, sent: &Value) -> Option<String> {
    let (mut own, mut theirs) = (Some(spec.value()), Some(sent));
    let mut found = String::new();
    for key in pointer.split('/').skip(1) {
        let next = theirs.and_then(|value| child(value, key));
        let (own_key, next_own) = match (own, next) {
            (Some(Value::Array(items)), Some(item)) => {
                let at = place_of(items, item, key)?;
                (at.to_string(), items.get(at))
            }
            (own, _) => (key.to_owned(), own.and_then(|value| child(value, key))),
        };
        // It was put there by us.
        if next.is_some() && next_own.is_none() {
            return None;
        }
        found = format!("{found}/{own_key}");
        (own, theirs) = (next_own, next);
    }
    let is_leaf = |value: &Value| !value.is_object() && !value.is_array();
    (own == theirs || !own.is_some_and(is_leaf)).then_some(found)
}

/// Words such as `services[0].envs[1].key`: a single word, such as `name`, is English as well.
fn paths(message: &str) -> impl Iterator<Item = &str> {
    message
        .split(|c: char| !(c.is_ascii_alphanumeric() || "_.-[]".contains(c)))
        .map(|word| word.trim_matches('.'))
        .filter(|word| word.contains(['.', '[']))
}

/// What stands in quotes.
fn quoted(message: &str) -> impl Iterator<Item = &str> {
    message.split(['"', '`', '\'']).skip(1).step_by(2)
}

/// Also without indices, where a list has one item only or the item's name is in the path. `None`: it is not a path
/// into the spec.
fn pointer(path: &str, spec: &Value) -> Option<String> {
    let path = path.strip_prefix("spec.").unwrap_or(path);
    let mut value = Some(spec);
    let mut pointer = String::new();
    for key in path.split(['.', '[', ']']).filter(|key| !key.is_empty()) {
        let mut key = key.to_owned();
        if let Some(Value::Array(items)) = value
            && key.parse::<usize>().is_err()
        {
            match (place_of_name(items, &key), items.as_slice()) {
                (Some(at), _) => key = at.to_string(),
                (None, [only]) => {
                    pointer.push_str("/0");
                    value = Some(only);
                }
                // Which of several is meant is not said.
                (None, _) => break,
            }
        }
        let in_list = value.is_some_and(Value::is_array);
        value = value.and_then(|value| child(value, &key));
        if value.is_none() && (in_list || pointer.is_empty()) {
            return None;
        }
        pointer = format!("{pointer}/{key}");
    }
    (!pointer.is_empty()).then_some(pointer)
}

fn child<'a>(value: &'a Value, key: &str) -> Option<&'a Value> {
    match value {
        Value::Array(items) => items.get(key.parse::<usize>().ok()?),
        value => value.get(key),
    }
}

/// Where a list has the same item: by its name where it has one.
fn place_of(items: &[Value], item: &Value, key: &str) -> Option<usize> {
    match identity(item) {
        Some((field, value)) => place_by(items, field, value),
        None => key.parse().ok().filter(|at| items.get(*at) == Some(item)),
    }
}

fn component(name: &str, spec: &Value) -> Option<String> {
    let known = components(spec).into_iter().find(|it| it.name == name)?;
    Some(known.pointer())
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use crate::model::failure::Failure;
    use crate::platforms::app_platform::spec::parse::parse;

    const FILE: &str = "\
name: shop
region: fra
services:
  - name: api
    instance_count: 1
    github: {repo: org/shop, branch: main}
  - name: web
    instance_count: 3
    github: {repo: org/shop, branch: main}
    envs:
      - key: MODE
        value: fast
      - key: a-b
        value: x
workers:
  - name: mail
    github: {repo: org/shop, branch: main}
    instance_count: 2
";

    /// The line that a message leads to. What was sent has no `api`, and a size and a variable of ours.
    fn line(message: &str) -> Option<usize> {
        let spec = parse(FILE, "app.yaml").expect("a spec");
        let sent = json!({
            "name": "shop-pr-1",
            "region": "fra",
            "services": [{
                "name": "web",
                "instance_count": 3,
                "instance_size_slug": "huge",
                "github": {"repo": "org/shop", "branch": "main"},
                "envs": [
                    {"key": "OURS", "value": "x"},
                    {"key": "a-b", "value": "x"},
                    {"key": "MODE", "value": "slow"},
                ],
            }],
            "workers": [{"name": "mail", "instance_count": 1, "github": {"repo": "org/shop", "branch": "main"}}],
            "databases": [{"name": "db"}],
        });
        let located = super::locate(&spec, Failure::input("refused"), message, &sent);
        located.at.map(|at| at.line)
    }

    #[test]
    fn a_message_leads_to_the_line_that_it_is_about() {
        for (message, at) in [
            (
                "error validating app spec field \"services[0].instance_count\": too many",
                Some(8),
            ),
            (
                "error validating app spec field \"services[0].envs[1].key\": \"a-b\" must match",
                Some(13),
            ),
            ("services.web.instance_count is too large", Some(8)),
            ("spec.services.instance_count: too large.", Some(8)),
            ("services[0].image: not found", Some(7)),
            ("component \"web\" needs a port", Some(7)),
            ("field \"region\": no such region", Some(2)),
            // What was sent differs from what the file has, or is ours.
            ("field \"name\": taken", None),
            ("workers[0].instance_count: too few", None),
            ("services[0].instance_size_slug: unknown size", None),
            ("services[0].envs[0].key: bad", None),
            ("services[0].envs[2].value: bad", None),
            ("component \"db\" is too small", None),
            // Nothing is named.
            ("the name of the region is not one of the services.", None),
            ("request payload validation failed", None),
            ("services[7].name: bad", None),
        ] {
            assert_eq!(line(message), at, "{message}");
        }
    }
}
