//! Labels of pull requests; a label exists from its first use on.

use serde_json::{Value, json};

use super::call::{Call, Reply, no_content, ok};
use super::paging::paged;
use super::urls::Urls;
use crate::github::api::urls::escape_path;
use crate::github::records::hosted::{HostedRepository, Records};
use crate::github::records::label::Label;
use crate::github::records::user::node_id;
use crate::github::refusal::Refusal;

impl Label {
    fn json(&self, urls: &Urls) -> Value {
        json!({
            "id": self.id,
            "node_id": node_id("LA", self.id),
            "url": urls.api(&format!("/labels/{}", escape_path(&self.name))),
            "name": self.name,
            // GitHub's document has null here in one schema and forbids it in another.
            "description": "",
            "color": "ededed",
            "default": false,
        })
    }
}

pub(crate) fn json_of(hosted: &HostedRepository, urls: &Urls, names: &[String]) -> Vec<Value> {
    let records = hosted.records();
    names
        .iter()
        .filter_map(|name| records.labels.get(&name.to_lowercase()))
        .map(|label| label.json(urls))
        .collect()
}

/// `GET /issues/{number}/labels`
pub(crate) async fn list(call: Call) -> Reply {
    let number = call.id("number")?;
    let names = {
        let records = call.hosted.records();
        let pull = records.pulls.get(&number).ok_or_else(Refusal::not_found)?;
        pull.labels.clone()
    };
    paged(&call, json_of(&call.hosted, &call.urls, &names))
}

/// `POST /issues/{number}/labels`
pub(crate) async fn add(call: Call) -> Reply {
    let wanted = names(&call.json::<Value>()?)?;
    let names = with_labels(&call, |known, labels| {
        add_all(&call.hosted, known, labels, &wanted);
        Ok(labels.clone())
    })?;
    ok(&json_of(&call.hosted, &call.urls, &names).into())
}

/// `PUT /issues/{number}/labels`: these and no others.
pub(crate) async fn set(call: Call) -> Reply {
    let wanted = names(&call.json::<Value>()?)?;
    let names = put(&call, &wanted)?;
    ok(&json_of(&call.hosted, &call.urls, &names).into())
}

/// The same, from an issue's own update.
pub(crate) fn replace(call: &Call, labels: &[Value]) -> Result<(), Refusal> {
    put(call, &names(&Value::from(labels))?).map(drop)
}

fn put(call: &Call, wanted: &[String]) -> Result<Vec<String>, Refusal> {
    with_labels(call, |known, labels| {
        labels.clear();
        add_all(&call.hosted, known, labels, wanted);
        Ok(labels.clone())
    })
}

/// `DELETE /issues/{number}/labels`
pub(crate) async fn clear(call: Call) -> Reply {
    with_labels(&call, |_, labels| {
        labels.clear();
        Ok(())
    })?;
    no_content()
}

/// `DELETE /issues/{number}/labels/{name}`
pub(crate) async fn remove(call: Call) -> Reply {
    let names = with_labels(&call, |_, labels| {
        let name = call.param("name").to_lowercase();
        let place = labels.iter().position(|label| label.to_lowercase() == name);
        labels.remove(place.ok_or_else(|| Refusal::missing("Label does not exist"))?);
        Ok(labels.clone())
    })?;
    ok(&json_of(&call.hosted, &call.urls, &names).into())
}

type Known = std::collections::BTreeMap<String, Label>;

fn with_labels<T>(
    call: &Call,
    act: impl FnOnce(&mut Known, &mut Vec<String>) -> Result<T, Refusal>,
) -> Result<T, Refusal> {
    let number = call.id("number")?;
    let mut records = call.hosted.records();
    let Records { pulls, labels, .. } = &mut *records;
    let pull = pulls.get_mut(&number).ok_or_else(Refusal::not_found)?;
    act(labels, &mut pull.labels)
}

fn add_all(hosted: &HostedRepository, known: &mut Known, labels: &mut Vec<String>, wanted: &[String]) {
    for name in wanted {
        let key = name.to_lowercase();
        let label = known.entry(key.clone()).or_insert_with(|| Label {
            id: hosted.next_id(),
            name: name.clone(),
        });
        if !labels.iter().any(|label| label.to_lowercase() == key) {
            labels.push(label.name.clone());
        }
    }
}

/// `["bug"]`, `{"labels": ["bug"]}` or `{"labels": [{"name": "bug"}]}`; GitHub takes all of them.
fn names(body: &Value) -> Result<Vec<String>, Refusal> {
    let list = body.get("labels").unwrap_or(body).as_array();
    let list = list.ok_or_else(|| Refusal::field("Label", "name", "missing_field"))?;
    let name = |label: &Value| {
        label
            .as_str()
            .or_else(|| label.get("name")?.as_str())
            .map(str::to_owned)
    };
    list.iter()
        .map(|label| {
            name(label)
                .filter(|name| !name.trim().is_empty())
                .ok_or_else(|| Refusal::field("Label", "name", "invalid"))
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::names;

    #[test]
    fn takes_labels_in_every_shape() {
        for body in [
            json!(["a"]),
            json!({"labels": ["a"]}),
            json!({"labels": [{"name": "a"}]}),
        ] {
            assert_eq!(names(&body).expect("labels"), ["a"]);
        }
        assert!(names(&json!({})).is_err());
        assert!(names(&json!([1])).is_err());
    }
}
