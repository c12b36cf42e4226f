//! A vendor's OpenAPI 3.0 document: found, turned into JSON Schema once per process, its operations looked up by path.

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

use jsonschema::{Draft, Registry, Validator};
use serde_json::{Map, Value, json};

/// Names the folder with `openapi/` in it.
pub(super) const SHARED: &str = "DO_DEPLOY_SHARED";

/// Where `--record` names an API, its document's name is the same.
const DOCUMENTS: [&str; 2] = ["digitalocean", "github"];

/// A document whose schemas can be compiled.
pub(super) struct Document {
    name: &'static str,
    tree: &'static Value,
    registry: &'static Registry<'static>,
    validators: Mutex<HashMap<String, Arc<Validator>>>,
}

/// One operation, with the JSON pointer to it.
pub(super) struct Operation {
    pub(super) pointer: String,
    pub(super) value: &'static Value,
    /// Parameters of path and operation, references resolved.
    pub(super) parameters: Vec<&'static Value>,
}

/// The document of an API; `None` where it is not at hand.
pub(super) fn document(api: &str) -> Option<&'static Document> {
    static LOADED: OnceLock<Vec<Document>> = OnceLock::new();
    let loaded = LOADED.get_or_init(|| DOCUMENTS.iter().filter_map(|name| Document::load(name)).collect());
    loaded.iter().find(|document| document.name == api)
}

/// Whether every document is at hand.
pub(super) fn all_at_hand() -> bool {
    DOCUMENTS.iter().all(|name| document(name).is_some())
}

/// Where the documents are looked for.
pub(super) fn shared() -> PathBuf {
    match std::env::var_os(SHARED) {
        Some(folder) if !folder.is_empty() => PathBuf::from(folder),
        _ => Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared"),
    }
}

impl Document {
    fn load(name: &'static str) -> Option<Self> {
        let path = shared().join("openapi").join(format!("{name}.json"));
        let text = std::fs::read_to_string(path).ok()?;
        let mut tree: Value = serde_json::from_str(&text).expect("the vendor's document is JSON");
        to_json_schema(&mut tree);
        // Loaded once per process, and compiled schemas live as long.
        let tree: &'static Value = Box::leak(Box::new(tree));
        let registry = Registry::new()
            .draft(Draft::Draft7)
            .add(uri(name), tree)
            .and_then(jsonschema::RegistryBuilder::prepare)
            .unwrap_or_else(|why| panic!("the references of {name}.json do not resolve: {why}"));
        Some(Self {
            name,
            tree,
            registry: Box::leak(Box::new(registry)),
            validators: Mutex::default(),
        })
    }

    /// The operation for a request, with literal parts of a path template preferred over parameters.
    pub(super) fn operation(&self, method: &str, path: &str) -> Option<Operation> {
        let paths = self.tree["paths"].as_object()?;
        let fitting = paths
            .iter()
            .filter(|(template, item)| fits(template, path) && item.get(method.to_ascii_lowercase()).is_some());
        let (template, item) = fitting.max_by_key(|(template, _)| literals(template))?;
        let method = method.to_ascii_lowercase();
        let value = &item[&method];
        let parameters = [&item["parameters"], &value["parameters"]];
        let parameters = parameters.into_iter().filter_map(Value::as_array).flatten();
        Some(Operation {
            pointer: format!("/paths/{}/{method}", escape(template)),
            value,
            parameters: parameters.map(|parameter| self.resolve(parameter).1).collect(),
        })
    }

    /// Follows references of the document, and says where they lead to; empty where there was none.
    pub(super) fn resolve(&self, value: &'static Value) -> (String, &'static Value) {
        match value["$ref"].as_str().and_then(|reference| reference.strip_prefix('#')) {
            None => (String::new(), value),
            Some(pointer) => {
                let target = self
                    .tree
                    .pointer(pointer)
                    .unwrap_or_else(|| panic!("{}: no {pointer}", self.name));
                match self.resolve(target) {
                    (further, target) if !further.is_empty() => (further, target),
                    _ => (pointer.to_owned(), target),
                }
            }
        }
    }

    /// What is wrong with `instance` according to the schema at `pointer`.
    pub(super) fn errors(&self, pointer: &str, instance: &Value) -> Vec<String> {
        let validator = self.validator(pointer);
        validator
            .iter_errors(instance)
            .map(|error| format!("{} at `{}`", shortened(&error.to_string()), error.instance_path()))
            .collect()
    }

    fn validator(&self, pointer: &str) -> Arc<Validator> {
        let mut validators = self.validators.lock().unwrap_or_else(PoisonError::into_inner);
        let compile = || {
            // Braces of path templates are not allowed in a URI as they are.
            let fragment = pointer.replace('{', "%7B").replace('}', "%7D");
            let schema = json!({ "$ref": format!("{}#{fragment}", uri(self.name)) });
            let options = jsonschema::options()
                .with_draft(Draft::Draft7)
                .with_registry(self.registry)
                .offline();
            let compiled = options.build(&schema);
            Arc::new(compiled.unwrap_or_else(|why| panic!("{}: {pointer} does not compile: {why}", self.name)))
        };
        Arc::clone(validators.entry(pointer.to_owned()).or_insert_with(compile))
    }
}

fn uri(name: &str) -> String {
    format!("https://openapi.invalid/{name}.json")
}

/// Turns OpenAPI 3.0's dialect into JSON Schema: `nullable`, and keywords that only decorate.
fn to_json_schema(node: &mut Value) {
    match node {
        Value::Array(items) => items.iter_mut().for_each(to_json_schema),
        Value::Object(object) => {
            // A decoration is text or data; a property of that name is a schema inside `properties`.
            for key in ["example", "examples", "x-codeSamples"] {
                object.remove(key);
            }
            for (key, value) in object.iter_mut() {
                match (key.as_str(), &mut *value) {
                    // Names of properties are not keywords.
                    ("properties", Value::Object(properties)) => {
                        properties.values_mut().for_each(to_json_schema);
                    }
                    _ => to_json_schema(value),
                }
            }
            if object.get("nullable") == Some(&Value::Bool(true)) {
                allow_null(object);
            }
        }
        _ => {}
    }
}

fn allow_null(schema: &mut Map<String, Value>) {
    schema.remove("nullable");
    if let Some(values) = schema.get_mut("enum").and_then(Value::as_array_mut) {
        values.push(Value::Null);
    }
    match schema.get_mut("type") {
        Some(Value::String(kind)) => {
            let kind = std::mem::take(kind);
            schema.insert("type".to_owned(), json!([kind, "null"]));
        }
        _ => {
            let strict = Value::Object(std::mem::take(schema));
            schema.insert("anyOf".to_owned(), json!([strict, { "type": "null" }]));
        }
    }
}

/// Whether a path belongs to a template. The last parameter of `contents/{path}` and `git/ref/{ref}` may hold slashes.
fn fits(template: &str, path: &str) -> bool {
    let (mut expected, mut given) = (template.split('/'), path.split('/').peekable());
    loop {
        match (expected.next(), given.next()) {
            (None, None) => return true,
            (Some("{path}" | "{ref}"), Some(_)) if template.ends_with("{path}") || template.ends_with("{ref}") => {
                return expected.next().is_none() || given.peek().is_some();
            }
            (Some(part), Some(given)) if part_fits(part, given) => {}
            _ => return false,
        }
    }
}

/// `{id}` fits anything but the empty text, `{base}...{head}` anything with three dots.
fn part_fits(part: &str, given: &str) -> bool {
    match (part.find('{'), part.rfind('}')) {
        (Some(_), Some(_)) if part.contains("}...{") => given.contains("..."),
        (Some(0), Some(end)) if end + 1 == part.len() => !given.is_empty(),
        _ => part == given,
    }
}

fn literals(template: &str) -> usize {
    template.split('/').filter(|part| !part.contains('{')).count()
}

fn escape(part: &str) -> String {
    part.replace('~', "~0").replace('/', "~1")
}

/// Long instances would bury what is wrong with them.
fn shortened(text: &str) -> String {
    match text.char_indices().nth(300) {
        Some((at, _)) => format!("{}…", &text[..at]),
        None => text.to_owned(),
    }
}
