//! action.yml as data: inputs, outputs, steps, and the few expressions that it uses.

use std::collections::BTreeMap;
use std::path::Path;

use serde_json::{Map, Value};

#[derive(Debug)]
pub(super) struct Definition(Value);

/// One of the two steps.
#[derive(Debug)]
pub(super) struct Step {
    pub(super) script: String,
    pub(super) env: BTreeMap<String, String>,
}

impl Definition {
    pub(super) fn read(tree: &Path) -> Self {
        let text = std::fs::read_to_string(tree.join("action.yml")).expect("action.yml");
        Self(serde_saphyr::from_str(&text).expect("action.yml is YAML"))
    }

    pub(super) fn inputs(&self) -> &Map<String, Value> {
        self.0["inputs"].as_object().expect("inputs")
    }

    pub(super) fn outputs(&self) -> &Map<String, Value> {
        self.0["outputs"].as_object().expect("outputs")
    }

    /// The step with its expressions evaluated. The runner knows no other keys than these in such an action.
    pub(super) fn step(&self, id: &str, context: &dyn Fn(&str) -> String) -> Step {
        assert_eq!(self.0["runs"]["using"], "composite");
        let steps = self.0["runs"]["steps"].as_array().expect("steps");
        let step = steps.iter().find(|step| step["id"] == id).expect("a step of that id");
        assert_eq!(step["shell"], "sh", "how the tests start it");
        let script = step["run"].as_str().expect("a script").to_owned();
        assert!(!script.contains("${{"), "expressions belong into `env`: {script}");
        let variables = step["env"].as_object().expect("variables");
        let env = variables
            .iter()
            .map(|(name, value)| (name.clone(), evaluated(value.as_str().expect("a string"), context)))
            .collect();
        Step { script, env }
    }

    /// Of the steps, in their order.
    pub(super) fn ids(&self) -> Vec<&str> {
        let steps = self.0["runs"]["steps"].as_array().expect("steps");
        steps.iter().filter_map(|step| step["id"].as_str()).collect()
    }
}

/// A text that is one expression, such as `${{ inputs.token || env.TOKEN }}`, or has none.
pub(super) fn evaluated(text: &str, context: &dyn Fn(&str) -> String) -> String {
    let Some(expression) = text.strip_prefix("${{").and_then(|rest| rest.strip_suffix("}}")) else {
        assert!(!text.contains("${{"), "the tests cannot evaluate {text:?}");
        return text.to_owned();
    };
    let mut values = expression.split("||").map(|name| context(name.trim()));
    values.find(|value| !value.is_empty()).unwrap_or_default()
}

#[test]
fn the_action_has_two_steps_and_every_output_comes_from_the_second() {
    let definition = Definition::read(Path::new(env!("CARGO_MANIFEST_DIR")));
    assert_eq!(definition.ids(), ["install", "run"]);
    for (name, output) in definition.outputs() {
        assert_eq!(output["value"], format!("${{{{ steps.run.outputs.{name} }}}}"));
    }
}

#[test]
fn every_input_reaches_a_step() {
    let definition = Definition::read(Path::new(env!("CARGO_MANIFEST_DIR")));
    let asked = std::cell::RefCell::new(Vec::new());
    let context = |name: &str| {
        asked.borrow_mut().push(name.to_owned());
        String::new()
    };
    definition.step("install", &context);
    definition.step("run", &context);
    for name in definition.inputs().keys() {
        let expression = format!("inputs.{name}");
        assert!(asked.borrow().contains(&expression), "nothing reads `{expression}`");
    }
}
