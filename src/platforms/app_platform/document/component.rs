//! The parts of an app spec: services, workers, jobs, static sites, functions, databases.

use serde_json::{Map, Value, json};

pub(crate) use super::value::text;

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Kind {
    Service,
    StaticSite,
    Worker,
    Job,
    Function,
    Database,
}

impl Kind {
    pub(crate) const ALL: [Self; 6] = [
        Self::Service,
        Self::StaticSite,
        Self::Worker,
        Self::Job,
        Self::Function,
        Self::Database,
    ];

    /// Those that are served at the app's URL.
    pub(crate) const PUBLIC: [Self; 3] = [Self::Service, Self::StaticSite, Self::Function];

    /// The key of the spec that lists them.
    pub(crate) fn key(self) -> &'static str {
        match self {
            Self::Service => "services",
            Self::StaticSite => "static_sites",
            Self::Worker => "workers",
            Self::Job => "jobs",
            Self::Function => "functions",
            Self::Database => "databases",
        }
    }

    /// Where that list stands in the spec.
    pub(crate) fn pointer(self) -> String {
        format!("/{}", self.key())
    }

    pub(crate) fn noun(self) -> &'static str {
        match self {
            Self::Service => "service",
            Self::StaticSite => "static site",
            Self::Worker => "worker",
            Self::Job => "job",
            Self::Function => "functions component",
            Self::Database => "database",
        }
    }

    /// Whether instances of it run: a size, a count and a start command make sense.
    pub(crate) fn has_instances(self) -> bool {
        matches!(self, Self::Service | Self::Worker | Self::Job)
    }
}

/// One entry of `services`, `workers`, …
#[derive(Clone, Copy, Debug)]
pub(crate) struct Component<'a> {
    pub(crate) kind: Kind,
    pub(crate) index: usize,
    pub(crate) name: &'a str,
    pub(crate) value: &'a Value,
}

impl<'a> Component<'a> {
    fn new(kind: Kind, index: usize, value: &'a Value) -> Self {
        Self {
            kind,
            index,
            name: value.get("name").and_then(Value::as_str).unwrap_or_default(),
            value,
        }
    }

    pub(crate) fn text(&self, key: &str) -> Option<&'a str> {
        text(self.value, key)
    }

    /// `` service `web` ``
    pub(crate) fn titled(&self) -> String {
        match self.name {
            "" => format!("a {} without a name", self.kind.noun()),
            name => format!("{} `{name}`", self.kind.noun()),
        }
    }

    /// Where it stands in the spec.
    pub(crate) fn pointer(&self) -> String {
        format!("/{}/{}", self.kind.key(), self.index)
    }

    /// Where a field of it stands; of a field's own fields with a slash between.
    pub(crate) fn at(&self, field: &str) -> String {
        format!("{}/{field}", self.pointer())
    }

    pub(crate) fn name_pointer(&self) -> String {
        format!("{}/name", self.pointer())
    }

    pub(crate) fn run_command(&self) -> Option<&'a str> {
        self.text(RUN_COMMAND)
    }

    /// Its commands with the names of their fields.
    pub(crate) fn commands(&self) -> impl Iterator<Item = (&'static str, &'a str)> + use<'a> {
        let component = *self;
        COMMANDS
            .into_iter()
            .filter_map(move |field| Some((field, component.text(field)?)))
    }

    pub(crate) fn source_dir(&self) -> Option<&'a str> {
        self.text("source_dir")
    }

    pub(crate) fn source_dir_pointer(&self) -> String {
        self.at("source_dir")
    }

    pub(crate) fn dockerfile_path(&self) -> Option<&'a str> {
        self.text(DOCKERFILE_PATH)
    }

    /// The language that the buildpack is for.
    pub(crate) fn environment(&self) -> Option<&'a str> {
        self.text("environment_slug")
    }
}

/// Whether a field of the app holds its components.
pub(crate) fn is_list(field: &str) -> bool {
    Kind::ALL.iter().any(|kind| kind.key() == field)
}

/// A component that is being changed.
#[derive(Debug)]
pub(crate) struct ComponentMut<'a> {
    pub(crate) kind: Kind,
    index: usize,
    fields: &'a mut Value,
}

impl<'a> ComponentMut<'a> {
    /// `None`: an entry that is not a mapping.
    fn new(kind: Kind, index: usize, fields: &'a mut Value) -> Option<Self> {
        fields.is_object().then_some(Self { kind, index, fields })
    }

    pub(crate) fn read(&self) -> Component<'_> {
        Component::new(self.kind, self.index, self.fields)
    }

    pub(crate) fn name(&self) -> String {
        self.read().name.to_owned()
    }

    pub(crate) fn set_run_command(&mut self, command: &str) {
        self.set(RUN_COMMAND, json!(command));
    }

    pub(crate) fn value_mut(&mut self) -> &mut Value {
        self.fields
    }

    pub(super) fn set(&mut self, key: &str, value: Value) {
        self.fields[key] = value;
    }

    pub(super) fn remove(&mut self, key: &str) -> Option<Value> {
        self.fields.as_object_mut()?.shift_remove(key)
    }

    pub(super) fn get_mut(&mut self, key: &str) -> Option<&mut Value> {
        self.fields.get_mut(key)
    }

    pub(super) fn mapping_mut(&mut self, key: &str) -> Option<&mut Map<String, Value>> {
        self.get_mut(key)?.as_object_mut()
    }

    /// The field, made an empty mapping where it is missing.
    pub(super) fn entry(&mut self, key: &str) -> Option<&mut Value> {
        let fields = self.fields.as_object_mut()?;
        Some(fields.entry(key).or_insert_with(|| json!({})))
    }
}

/// The command that starts a component.
pub(crate) const RUN_COMMAND: &str = "run_command";
const COMMANDS: [&str; 2] = [RUN_COMMAND, "build_command"];
pub(crate) const DOCKERFILE_PATH: &str = "dockerfile_path";
/// Where a static site's files are once they are built.
pub(crate) const OUTPUT_DIR: &str = "output_dir";

/// Whether a field of a component is a command.
pub(crate) fn is_command(field: &str) -> bool {
    COMMANDS.contains(&field)
}

/// Every component and database in the order of the spec's kinds.
pub(crate) fn components(spec: &Value) -> Vec<Component<'_>> {
    Kind::ALL.into_iter().flat_map(|kind| of(spec, kind)).collect()
}

pub(crate) fn of(spec: &Value, kind: Kind) -> Vec<Component<'_>> {
    let entries = spec.get(kind.key()).and_then(Value::as_array);
    let entries = entries.into_iter().flatten().enumerate();
    entries
        .map(|(index, value)| Component::new(kind, index, value))
        .collect()
}

/// The component of this kind and name.
pub(crate) fn named<'a>(spec: &'a Value, kind: Kind, name: &str) -> Option<Component<'a>> {
    of(spec, kind).into_iter().find(|it| it.name == name)
}

/// The app and every component, each with what has its envs. `None`: the app.
pub(crate) fn owners(spec: &Value) -> impl Iterator<Item = (Option<Component<'_>>, &Value)> {
    let components = components(spec).into_iter().map(|it| (Some(it), it.value));
    std::iter::once((None, spec)).chain(components)
}

/// `the app`, `` service `web` ``.
pub(crate) fn owner_noun(owner: Option<Component<'_>>) -> String {
    owner.map_or_else(|| "the app".to_owned(), |owner| owner.titled())
}

/// Hands every component, databases included, to `change`.
pub(crate) fn each(spec: &mut Value, mut change: impl FnMut(ComponentMut<'_>)) {
    for kind in Kind::ALL {
        let entries = spec.get_mut(kind.key()).and_then(Value::as_array_mut);
        for (index, entry) in entries.into_iter().flatten().enumerate() {
            ComponentMut::new(kind, index, entry).into_iter().for_each(&mut change);
        }
    }
}

/// The component of this name.
pub(crate) fn find<'a>(spec: &'a mut Value, name: &str) -> Option<ComponentMut<'a>> {
    let kind = Kind::ALL
        .into_iter()
        .find(|kind| of(spec, *kind).iter().any(|component| component.name == name))?;
    let entries = spec.get_mut(kind.key())?.as_array_mut()?.iter_mut().enumerate();
    let mut named = entries.filter_map(|(index, entry)| ComponentMut::new(kind, index, entry));
    named.find(|entry| entry.fields.get("name").and_then(Value::as_str) == Some(name))
}

/// Removes the components that `keep` rejects, and their list once it is empty.
pub(crate) fn retain(spec: &mut Value, kind: Kind, keep: impl Fn(&Component<'_>) -> bool) {
    let Some(root) = spec.as_object_mut() else { return };
    if let Some(entries) = root.get_mut(kind.key()).and_then(Value::as_array_mut) {
        let mut index = 0;
        entries.retain(|entry| {
            let stays = keep(&Component::new(kind, index, entry));
            index += 1;
            stays
        });
        if entries.is_empty() {
            root.shift_remove(kind.key());
        }
    }
}

/// Puts one more component at the end of its list.
pub(crate) fn push(spec: &mut Value, kind: Kind, component: Value) {
    let Some(root) = spec.as_object_mut() else { return };
    let list = root.entry(kind.key()).or_insert_with(|| json!([]));
    if let Some(list) = list.as_array_mut() {
        list.push(component);
    }
}
