//! Tables of TOML that know where they stand in the file: one laid over another, and what is at a path in them.

use toml::Spanned;
use toml::de::{DeTable, DeValue};

/// A key, and the table that it is in.
pub(super) struct Found<'a, 'i> {
    /// Offset of the key in the file.
    pub(super) at: usize,
    /// The path of its table, with dots.
    pub(super) table: String,
    pub(super) value: &'a DeValue<'i>,
}

/// `below` with the values of `above` in place of its own, key by key.
pub(super) fn lay<'i>(below: &DeTable<'i>, above: DeTable<'i>) -> DeTable<'i> {
    let mut both = below.clone();
    for (key, above) in above {
        let laid = match (both.remove(key.get_ref().as_ref()), above) {
            (Some(below), above) => match (below.into_inner(), above.span(), above.into_inner()) {
                (DeValue::Table(below), span, DeValue::Table(above)) => {
                    Spanned::new(span, DeValue::Table(lay(&below, above)))
                }
                (_, span, above) => Spanned::new(span, above),
            },
            (None, above) => above,
        };
        both.insert(key, laid);
    }
    both
}

/// What is at a path of keys, the first of several. `*` stands for any key.
pub(super) fn find<'a, 'i>(table: &'a DeTable<'i>, path: &[&str]) -> Option<Found<'a, 'i>> {
    let (first, rest) = path.split_first()?;
    let named = |key: &str| *first == "*" || *first == key;
    table
        .iter()
        .filter(|(key, _)| named(key.get_ref()))
        .find_map(|(key, value)| {
            let (at, value) = (key.span().start, value.get_ref());
            if rest.is_empty() {
                let table = String::new();
                return Some(Found { at, table, value });
            }
            let found = find(value.as_table()?, rest)?;
            let table = match found.table.as_str() {
                "" => key.get_ref().to_string(),
                below => format!("{}.{below}", key.get_ref()),
            };
            Some(Found { table, ..found })
        })
}

/// Offset of a key in the table at a path with dots, or in a table below that; of the table's own key where there is none
/// such.
pub(super) fn find_below(tables: &DeTable<'_>, path: &str, key: &str) -> Option<usize> {
    let path: Vec<&str> = path.split('.').collect();
    let table = find(tables, &path)?;
    Some(deep(table.value, key).unwrap_or(table.at))
}

fn deep(value: &DeValue<'_>, key: &str) -> Option<usize> {
    let table = value.as_table()?;
    if let Some((found, _)) = table.get_key_value(key) {
        return Some(found.span().start);
    }
    table.iter().find_map(|(_, value)| deep(value.get_ref(), key))
}

/// The strings in the table at a path. `*` stands for every key.
pub(super) fn strings_below<'a>(table: &'a DeTable<'_>, path: &[&str]) -> Vec<Spanned<&'a str>> {
    let Some((first, rest)) = path.split_first() else {
        let strings = table.values().filter_map(|value| match value.get_ref() {
            DeValue::String(text) => Some(Spanned::new(value.span(), text.as_ref())),
            _ => None,
        });
        return strings.collect();
    };
    table
        .iter()
        .filter(|(key, _)| *first == "*" || *first == key.get_ref().as_ref())
        .filter_map(|(_, value)| value.get_ref().as_table())
        .flat_map(|inner| strings_below(inner, rest))
        .collect()
}
