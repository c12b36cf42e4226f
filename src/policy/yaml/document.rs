//! YAML to JSON and back, with the place of every value and with scalars as they were written.

use std::ops::Range;

use serde::Deserialize;
use serde::de::{Deserializer, MapAccess, SeqAccess, Visitor};
use serde_json::{Map, Number, Value};
use serde_saphyr::{Location, Spanned};

use super::places::{Entry, Place, Places, Spot};

/// Most keys, values and collections that a text may have. The largest specs that were seen in use have a thousand.
const MOST_NODES: usize = 20_000;

/// What is wrong with a text, and where.
#[derive(Debug)]
pub(crate) struct SyntaxError {
    pub(crate) message: String,
    pub(crate) place: Place,
}

pub(crate) fn read(text: &str) -> Result<(Value, Places), SyntaxError> {
    let budget = serde_saphyr::budget! { max_nodes: MOST_NODES, max_events: 2 * MOST_NODES };
    let options = serde_saphyr::options! { strict_booleans: true, with_snippet: false, budget: budget };
    match serde_saphyr::from_str_with_options::<Spanned<Node>>(text, options) {
        Ok(node) => {
            let mut places = Places::default();
            let value = node
                .value
                .into_value(&mut String::new(), text, &node.defined, &mut places);
            Ok((value, places))
        }
        // YAML allows no tabs for indentation, JSON does.
        Err(_) if text.trim_start().starts_with('{') && text.contains('\t') => serde_json::from_str(text)
            .map(|value| (value, Places::default()))
            .map_err(|error| SyntaxError {
                place: (error.line().max(1), error.column().max(1)),
                message: error
                    .to_string()
                    .split(" at line ")
                    .next()
                    .unwrap_or_default()
                    .to_owned(),
            }),
        Err(error) => Err(SyntaxError {
            place: error.location().map_or((1, 1), |location| place(&location)),
            message: message(&error),
        }),
    }
}

/// Whether a limit of the parser was met: aliases of aliases of aliases, or endless nesting.
fn is_too_much(error: &serde_saphyr::Error) -> bool {
    use serde_saphyr::Error;
    // Met inside of an alias, a limit is wrapped in words about the alias.
    error.to_string().starts_with("budget breached")
        || matches!(
            error,
            Error::Budget { .. }
                | Error::AliasReplayCounterOverflow { .. }
                | Error::AliasReplayLimitExceeded { .. }
                | Error::AliasExpansionLimitExceeded { .. }
                | Error::AliasReplayStackDepthExceeded { .. }
        )
}

/// The parser's message without its own place, which we show in front.
fn message(error: &serde_saphyr::Error) -> String {
    match error.without_snippet() {
        serde_saphyr::Error::MultipleDocuments { .. } => {
            return "there are several documents in it, parted by `---`".to_owned();
        }
        error if is_too_much(error) => {
            return "it has too many values, or grows too large when its anchors are filled in".to_owned();
        }
        _ => {}
    }
    let text = error.without_snippet().to_string();
    let first = text.lines().next().unwrap_or_default();
    let first = first.rsplit_once(" at line ").map_or(first, |(message, _)| message);
    match first
        .strip_prefix("duplicate mapping key: ")
        .and_then(|rest| rest.split_once(", set "))
    {
        Some((key, _)) => format!("the key `{key}` is written twice"),
        None => plain(first.trim_start_matches("error: ")),
    }
}

/// The parser's message without the names of its own parts.
fn plain(message: &str) -> String {
    if message == "mapping values are not allowed in this context" {
        return "there is a `:` where none can be".to_owned();
    }
    if let Some((_, expected)) = message.rsplit_once("did not find expected ") {
        let expected = match expected {
            "<document start>" => "`---`",
            other => other,
        };
        return format!("expected {expected}");
    }
    match message.strip_prefix("unexpected character: `") {
        Some(character) => format!("unexpected character `{}`", character.trim_end_matches('\'')),
        None => message.to_owned(),
    }
}

/// YAML that reads back as the same value. Strings that another parser could take for something else are quoted.
pub(crate) fn write(value: &Value) -> String {
    serde_saphyr::to_string(value).expect("JSON values have string keys and finite numbers")
}

fn place(location: &Location) -> Place {
    let at_least_one = |n: u64| usize::try_from(n).unwrap_or(usize::MAX).max(1);
    (at_least_one(location.line()), at_least_one(location.column()))
}

enum Node {
    Null,
    Bool(bool),
    Number(Number),
    /// A number that JSON cannot hold; its text stands for it.
    Unspeakable,
    Text(String),
    List(Vec<Spanned<Node>>),
    Map(Vec<(Spanned<String>, Spanned<Node>)>),
}

/// Where a scalar stands.
fn spot(location: &Location) -> Spot {
    Spot {
        place: place(location),
        bytes: bytes(location),
    }
}

fn bytes(location: &Location) -> Option<Range<usize>> {
    let span = location.span();
    let start = usize::try_from(span.byte_offset()?).ok()?;
    let length = usize::try_from(span.byte_len()?).ok()?;
    Some(start..start.checked_add(length)?)
}

impl Node {
    fn spot(&self, location: &Location) -> Spot {
        match self {
            Self::List(_) | Self::Map(_) => Spot {
                place: place(location),
                bytes: None,
            },
            _ => spot(location),
        }
    }

    fn into_value(self, pointer: &mut String, text: &str, at: &Location, places: &mut Places) -> Value {
        match self {
            Self::Null => Value::Null,
            Self::Bool(flag) => Value::Bool(flag),
            Self::Text(text) => Value::String(text),
            // `1.10` is a version to whoever wrote it, not 1.1; so are `007` and `1e3`.
            Self::Number(number) => match written(text, at) {
                Some(raw) if raw != number.to_string() => Value::String(raw.to_owned()),
                _ => Value::Number(number),
            },
            Self::Unspeakable => Value::String(written(text, at).unwrap_or_default().to_owned()),
            Self::List(items) => {
                let mut list = Vec::with_capacity(items.len());
                for (index, item) in items.into_iter().enumerate() {
                    let length = pointer.len();
                    pointer.push_str(&format!("/{index}"));
                    let value = item.value.spot(&item.referenced);
                    places.0.insert(pointer.clone(), Entry { key: None, value });
                    list.push(item.value.into_value(pointer, text, &item.defined, places));
                    pointer.truncate(length);
                }
                Value::Array(list)
            }
            Self::Map(entries) => {
                let mut map = Map::new();
                for (key, item) in entries {
                    let length = pointer.len();
                    pointer.push_str(&format!("/{}", key.value));
                    let entry = Entry {
                        key: Some(spot(&key.referenced)),
                        value: item.value.spot(&item.referenced),
                    };
                    places.0.insert(pointer.clone(), entry);
                    let value = item.value.into_value(pointer, text, &item.defined, places);
                    map.insert(key.value, value);
                    pointer.truncate(length);
                }
                Value::Object(map)
            }
        }
    }
}

/// The plain scalar at a place, as it stands in the text.
fn written<'a>(text: &'a str, at: &Location) -> Option<&'a str> {
    text.get(bytes(at)?).map(str::trim).filter(|raw| !raw.is_empty())
}

impl<'de> Deserialize<'de> for Node {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(NodeVisitor)
    }
}

struct NodeVisitor;

impl<'de> Visitor<'de> for NodeVisitor {
    type Value = Node;

    fn expecting(&self, f: &mut std::fmt::Formatter) -> std::fmt::Result {
        f.write_str("YAML")
    }

    fn visit_unit<E>(self) -> Result<Node, E> {
        Ok(Node::Null)
    }

    fn visit_none<E>(self) -> Result<Node, E> {
        Ok(Node::Null)
    }

    fn visit_some<D: Deserializer<'de>>(self, deserializer: D) -> Result<Node, D::Error> {
        Node::deserialize(deserializer)
    }

    fn visit_bool<E>(self, flag: bool) -> Result<Node, E> {
        Ok(Node::Bool(flag))
    }

    fn visit_i64<E>(self, number: i64) -> Result<Node, E> {
        Ok(Node::Number(number.into()))
    }

    fn visit_u64<E>(self, number: u64) -> Result<Node, E> {
        Ok(Node::Number(number.into()))
    }

    fn visit_i128<E>(self, _: i128) -> Result<Node, E> {
        Ok(Node::Unspeakable)
    }

    fn visit_u128<E>(self, _: u128) -> Result<Node, E> {
        Ok(Node::Unspeakable)
    }

    fn visit_f64<E>(self, number: f64) -> Result<Node, E> {
        Ok(Number::from_f64(number).map_or(Node::Unspeakable, Node::Number))
    }

    fn visit_str<E>(self, text: &str) -> Result<Node, E> {
        Ok(Node::Text(text.to_owned()))
    }

    fn visit_string<E>(self, text: String) -> Result<Node, E> {
        Ok(Node::Text(text))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Node, A::Error> {
        let mut list = Vec::new();
        while let Some(item) = items.next_element()? {
            list.push(item);
        }
        Ok(Node::List(list))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut entries: A) -> Result<Node, A::Error> {
        let mut map = Vec::new();
        while let Some(entry) = entries.next_entry()? {
            map.push(entry);
        }
        Ok(Node::Map(map))
    }
}
