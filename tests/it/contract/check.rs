//! Compares exchanges with the operation that the vendor documents for them.

use serde_json::{Value, json};

use super::document::{Document, Operation, document};
use super::exchange::Exchange;
use super::known_mistakes::is_known_mistake;

/// What is wrong with the exchanges. `bad_requests`: method and path of requests that are wrong on purpose.
pub(crate) fn check(exchanges: &[Exchange], bad_requests: &[(String, String)]) -> Vec<String> {
    let mut problems = Vec::new();
    for exchange in exchanges.iter().filter(|exchange| exchange.fault.is_none()) {
        let Some(document) = document(&exchange.api) else {
            continue;
        };
        let on_purpose = bad_requests
            .iter()
            .any(|(method, path)| *method == exchange.method && *path == exchange.path);
        let found = check_one(document, exchange, on_purpose);
        problems.extend(
            found
                .into_iter()
                .filter(|problem| !is_known_mistake(exchange, problem))
                .map(|problem| {
                    format!(
                        "contract: {} {} {} {}: {problem}",
                        exchange.api, exchange.method, exchange.path, exchange.status
                    )
                }),
        );
    }
    problems.sort();
    problems.dedup();
    problems
}

fn check_one(document: &Document, exchange: &Exchange, on_purpose: bool) -> Vec<String> {
    let Some(operation) = document.operation(&exchange.method, &exchange.path) else {
        return if on_purpose {
            Vec::new()
        } else {
            vec!["not in the vendor's document".to_owned()]
        };
    };
    let mut problems = Vec::new();
    if !on_purpose {
        problems.extend(query(document, &operation, exchange));
        problems.extend(request(document, &operation, exchange));
    }
    problems.extend(response(document, &operation, exchange));
    problems
}

/// Query parameters: known, present where required, and of their schema.
fn query(document: &Document, operation: &Operation, exchange: &Exchange) -> Vec<String> {
    let mut problems = Vec::new();
    let given: Vec<(String, String)> = url::form_urlencoded::parse(exchange.query.as_bytes())
        .into_owned()
        .collect();
    let known: Vec<&Value> = operation
        .parameters
        .iter()
        .copied()
        .filter(|known| known["in"] == "query")
        .collect();
    for (name, value) in &given {
        let parameter = known
            .iter()
            .find(|known| known["name"].as_str().is_some_and(|known| named(known, name)));
        let Some(parameter) = parameter else {
            problems.push(format!("unknown query parameter `{name}`"));
            continue;
        };
        problems.extend(parameter_errors(document, operation, parameter, value));
    }
    for parameter in known.iter().filter(|known| known["required"] == true) {
        let name = parameter["name"].as_str().unwrap_or_default();
        if !given.iter().any(|(given, _)| named(name, given)) {
            problems.push(format!("query parameter `{name}` is missing"));
        }
    }
    problems
}

/// A list may be sent as `name[]`.
fn named(known: &str, given: &str) -> bool {
    known == given || given.strip_suffix("[]") == Some(known)
}

fn parameter_errors(document: &Document, operation: &Operation, parameter: &Value, value: &str) -> Vec<String> {
    let name = parameter["name"].as_str().unwrap_or_default();
    let Some(pointer) = pointer_to_parameter(document, operation, name) else {
        return Vec::new();
    };
    let kind = parameter["schema"]["type"].as_str().unwrap_or("string");
    let value = match kind {
        "integer" | "number" | "boolean" => serde_json::from_str(value).unwrap_or_else(|_| json!(value)),
        "array" => json!([value]),
        _ => json!(value),
    };
    let errors = document.errors(&format!("{pointer}/schema"), &value);
    errors
        .into_iter()
        .map(|error| format!("query parameter `{name}`: {error}"))
        .collect()
}

fn pointer_to_parameter(document: &Document, operation: &Operation, name: &str) -> Option<String> {
    let list = operation.value["parameters"].as_array()?;
    list.iter().enumerate().find_map(|(index, parameter)| {
        let (pointer, target) = document.resolve(parameter);
        let own = || format!("{}/parameters/{index}", operation.pointer);
        (target["name"] == name && target["in"] == "query").then(|| if pointer.is_empty() { own() } else { pointer })
    })
}

fn request(document: &Document, operation: &Operation, exchange: &Exchange) -> Vec<String> {
    let (pointer, body) = document.resolve(&operation.value["requestBody"]);
    let pointer = if pointer.is_empty() {
        format!("{}/requestBody", operation.pointer)
    } else {
        pointer
    };
    let required = body["required"] == true;
    match (&exchange.request_body, body["content"].get("application/json")) {
        (Value::Null, _) if !required => Vec::new(),
        (Value::Null, _) => vec!["the request has no body".to_owned()],
        (_, None) => vec!["the request has a body, the document knows none".to_owned()],
        (given, Some(_)) => {
            let errors = document.errors(&format!("{pointer}/content/application~1json/schema"), given);
            errors
                .into_iter()
                .map(|error| format!("request body: {error}"))
                .collect()
        }
    }
}

fn response(document: &Document, operation: &Operation, exchange: &Exchange) -> Vec<String> {
    let responses = &operation.value["responses"];
    let exact = exchange.status.to_string();
    let class = format!("{}XX", exchange.status / 100);
    let documented = [exact.as_str(), class.as_str(), "default"]
        .into_iter()
        .find(|key| responses.get(key).is_some());
    let Some(key) = documented else {
        return undocumented(document, exchange);
    };
    // A default describes errors; a success has to be documented explicitly.
    if key == "default" && exchange.status < 400 {
        return vec![format!("status {} is not documented", exchange.status)];
    }
    let (pointer, body) = document.resolve(&responses[key]);
    let pointer = if pointer.is_empty() {
        format!("{}/responses/{key}", operation.pointer)
    } else {
        pointer
    };
    let Some(content) = body["content"].as_object().filter(|content| !content.is_empty()) else {
        return match &exchange.response_body {
            Value::Null => Vec::new(),
            Value::String(text) if text.is_empty() => Vec::new(),
            // An error without a documented body still speaks as the vendor's errors do.
            _ if exchange.status >= 400 => undocumented(document, exchange),
            _ => vec!["the response has a body, the document knows none".to_owned()],
        };
    };
    let media = ["application/json", "application/scim+json"]
        .into_iter()
        .find(|media| content.contains_key(*media));
    let Some(media) = media else { return Vec::new() };
    let pointer = format!("{pointer}/content/{}/schema", media.replace('/', "~1"));
    let errors = document.errors(&pointer, &exchange.response_body);
    errors
        .into_iter()
        .map(|error| format!("response body: {error}"))
        .collect()
}

/// An error status that the document does not list is held to the vendor's schema of errors.
fn undocumented(document: &Document, exchange: &Exchange) -> Vec<String> {
    if exchange.status < 400 {
        return vec![format!("status {} is not documented", exchange.status)];
    }
    let schema = match exchange.api.as_str() {
        "digitalocean" => "/components/schemas/error",
        _ => "/components/schemas/basic-error",
    };
    let mut problems = document.errors(schema, &exchange.response_body);
    if !exchange.response_body["message"].is_string() {
        problems.push("an error has to have a `message`".to_owned());
    }
    problems
        .into_iter()
        .map(|problem| format!("error body: {problem}"))
        .collect()
}
