//! Holds that only the document knows what the fields of an app spec are called.

use std::path::Path;

use regex_lite::Regex;
use syn::visit::{self, Visit};
use syn::{Attribute, Item, LitStr, Macro};

/// The one folder that may name them.
const DOCUMENT: &str = "src/platforms/app_platform/document";

/// Names that only a field of an app spec has. Others, such as `name` or `port`, are words of everything.
const KEYS: [&str; 53] = [
    "after_seconds",
    "alerts",
    "autoscaling",
    "build_command",
    "catchall_document",
    "cluster_name",
    "databases",
    "db_name",
    "db_user",
    "deploy_on_push",
    "dockerfile_path",
    "domains",
    "egress",
    "environment_slug",
    "envs",
    "error_document",
    "functions",
    "health_check",
    "http_path",
    "http_port",
    "inactivity_sleep",
    "index_document",
    "ingress",
    "initial_delay_seconds",
    "instance_count",
    "instance_size_slug",
    "internal_ports",
    "jobs",
    "liveness_health_check",
    "log_destinations",
    "maintenance",
    "max_instance_count",
    "min_instance_count",
    "num_nodes",
    "output_dir",
    "preserve_path_prefix",
    "redirect",
    "registry",
    "registry_credentials",
    "registry_type",
    "repo_clone_url",
    "repository",
    "rewrite",
    "routes",
    "run_command",
    "secure_header",
    "services",
    "source_dir",
    "static_sites",
    "vpc",
    "wildcard",
    "workers",
    "zone",
];

/// Files that name some of them all the same, and why.
const EXCEPTIONS: [(&str, &str); 2] = [
    (
        "spec/preview/fields.rs",
        "a table: what becomes of each field in a preview, one line for each",
    ),
    ("words.rs", "what people read of them in a flow's messages"),
];

#[test]
fn only_the_document_knows_the_keys_of_an_app_spec() {
    let mut wrong = Vec::new();
    for (path, text) in super::sources("src/platforms/app_platform") {
        if !may_name(&path) {
            let keys = keys_named(&text);
            wrong.extend(keys.iter().map(|key| format!("{}: \"{key}\"", path.display())));
        }
    }
    assert_eq!(wrong, Vec::<String>::new(), "let `{DOCUMENT}` read and change it");
}

/// An exception that is needed no longer would let a new one in.
#[test]
fn every_exception_still_names_a_key() {
    let platform = super::root().join("src/platforms/app_platform");
    let read = |file: &str| std::fs::read_to_string(platform.join(file)).unwrap();
    let needless = EXCEPTIONS.iter().filter(|(file, _)| keys_named(&read(file)).is_empty());
    assert_eq!(needless.collect::<Vec<_>>(), Vec::<&(&str, &str)>::new());
}

#[test]
fn a_key_is_found_in_code_in_macros_and_in_pointers_and_nowhere_else() {
    let text = r#"
        //! Of "services".
        #[derive(Deserialize)]
        struct Wire { #[serde(rename = "health_check")] check: Value }
        /// The "envs".
        fn all(spec: &Value, at: usize) -> Value {
            // Not "workers".
            let port = spec["http_port"].clone();
            let rules = spec.pointer("/ingress/rules");
            let message = format!("set `run_command` of {at}: `jobs` are missing");
            let place = format!("/{at}/source_dir");
            match spec { Value::String(text) if text == "static_sites" => port, _ => json!({"vpc": {"id": place}}) }
        }
        #[cfg(test)]
        mod tests { fn one() { spec("databases"); } }
    "#;
    let expected = ["http_port", "ingress", "source_dir", "static_sites", "vpc"];
    assert_eq!(keys_named(text), expected);
}

fn may_name(path: &Path) -> bool {
    let platform = super::root().join("src/platforms/app_platform");
    let is_test = path.ends_with("tests.rs") || path.components().any(|part| part.as_os_str() == "tests");
    let is_exception = |(file, _): &(&str, &str)| path == platform.join(file);
    is_test || path.starts_with(super::root().join(DOCUMENT)) || EXCEPTIONS.iter().any(is_exception)
}

/// The keys that a file's code has as string literals, in its order. Attributes, with names for serde and with
/// documentation, are no code.
fn keys_named(text: &str) -> Vec<&'static str> {
    let literals = literals(text);
    let named = literals.iter().flat_map(|literal| keys_in(literal));
    named.collect()
}

/// The string literals of a file's code, in its order, without those of its tests and of attributes.
pub(super) fn literals(text: &str) -> Vec<String> {
    let parsed = syn::parse_file(text).unwrap_or_else(|error| panic!("{error}"));
    let mut literals = Literals(Vec::new());
    literals.visit_file(&parsed);
    literals.0
}

/// A literal that is a key, or a pointer or path with one in it. A sentence names what people read.
fn keys_in(literal: &str) -> Vec<&'static str> {
    let is_path = |c: char| c.is_ascii_alphanumeric() || "_-/.{}".contains(c);
    let mut parts: Vec<&str> = literal.split(['/', '.']).collect();
    parts.retain(|_| literal.chars().all(is_path));
    let named = parts.iter().filter_map(|part| KEYS.iter().find(|key| *key == part));
    named.copied().collect()
}

struct Literals(Vec<String>);

impl<'ast> Visit<'ast> for Literals {
    fn visit_item(&mut self, item: &'ast Item) {
        let is_for_tests = matches!(item, Item::Mod(item) if item.attrs.iter().any(super::circles::is_for_tests));
        if !is_for_tests {
            visit::visit_item(self, item);
        }
    }

    fn visit_attribute(&mut self, _: &'ast Attribute) {}

    fn visit_lit_str(&mut self, literal: &'ast LitStr) {
        self.0.push(literal.value());
    }

    fn visit_macro(&mut self, called: &'ast Macro) {
        let text = called.tokens.to_string();
        let literal = Regex::new(r#""((?:[^"\\]|\\.)*)""#).unwrap();
        self.0
            .extend(literal.captures_iter(&text).map(|found| found[1].to_owned()));
    }
}
