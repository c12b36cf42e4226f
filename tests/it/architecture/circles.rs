//! Refuses files of one module that use each other in a circle. A module and its own children may.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use syn::visit::{self, Visit};
use syn::{Attribute, Item, Meta, UseTree};

/// A module's path below the crate: `["flows", "preview"]`.
type Module = Vec<String>;

/// Which file uses which other, and the names that it takes from it.
type Uses = BTreeMap<PathBuf, BTreeMap<PathBuf, BTreeSet<String>>>;

#[test]
fn files_of_a_module_use_each_other_in_one_direction() {
    let below = super::root().join("src");
    let mut files = super::sources("src");
    files.retain(|(path, _)| !path.starts_with(below.join(super::SANDBOX)));
    assert_none(&circles(&below, &files, Arrows::InsideModules));
}

#[test]
fn files_of_the_sandbox_use_each_other_in_one_direction() {
    let below = super::root().join("src").join(super::SANDBOX);
    let files = super::sources("src/sandbox");
    assert_none(&circles(&below, &files, Arrows::All));
}

#[track_caller]
fn assert_none(circles: &[String]) {
    assert!(circles.is_empty(), "{} circles:\n{}", circles.len(), circles.join("\n"));
}

/// Which arrows count: those between modules are held by `LAYERS` where there are layers.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Arrows {
    InsideModules,
    All,
}

#[test]
fn a_circle_is_found_through_re_exports_and_children_may_use_their_module() {
    let file = |path: &str, text: &str| (PathBuf::from(path), text.to_owned());
    let files = [
        file(
            "src/inner/mod.rs",
            "mod a; mod b; pub(crate) use b::Thing; fn shared() {}",
        ),
        file("src/inner/a.rs", "use super::{Thing, shared}; pub(crate) fn one() {}"),
        file(
            "src/inner/b.rs",
            "pub(crate) struct Thing; fn two() { super::a::one(); }",
        ),
        file("src/other/mod.rs", "mod c; mod d;"),
        file("src/other/c.rs", "use crate::inner::Thing; pub(crate) fn three() {}"),
        file(
            "src/other/d.rs",
            "use super::c::three; #[cfg(test)] mod tests { use super::super::c; }",
        ),
    ];
    let found = circles(Path::new("src"), &files, Arrows::InsideModules);
    let expected = "  src/inner/a.rs -> src/inner/b.rs: Thing\n  src/inner/b.rs -> src/inner/a.rs: one";
    assert_eq!(found, [expected]);
}

/// A description of every circle, one line for each arrow of it.
fn circles(below: &Path, files: &[(PathBuf, String)], arrows: Arrows) -> Vec<String> {
    let tree = Crate::read(below, files);
    let uses = tree.uses(arrows);
    let mut seen = BTreeSet::new();
    let mut circles = Vec::new();
    for file in uses.keys() {
        let there = reachable(&uses, file);
        let circle: BTreeSet<&PathBuf> = there
            .iter()
            .filter(|other| reachable(&uses, other).contains(file))
            .collect();
        if circle.len() < 2 || !seen.insert(circle.iter().map(|file| file.to_path_buf()).collect::<Vec<_>>()) {
            continue;
        }
        let arrows: Vec<String> = circle
            .iter()
            .flat_map(|from| uses[*from].iter().map(move |(to, names)| (from, to, names)))
            .filter(|(_, to, _)| circle.contains(to))
            .map(|(from, to, names)| {
                let names: Vec<&str> = names.iter().map(String::as_str).collect();
                format!("  {} -> {}: {}", from.display(), to.display(), names.join(", "))
            })
            .collect();
        circles.push(arrows.join("\n"));
    }
    circles
}

fn reachable(uses: &Uses, from: &Path) -> BTreeSet<PathBuf> {
    let mut found = BTreeSet::new();
    let mut open = vec![from.to_path_buf()];
    while let Some(file) = open.pop() {
        for next in uses.get(&file).into_iter().flat_map(BTreeMap::keys) {
            if found.insert(next.clone()) {
                open.push(next.clone());
            }
        }
    }
    found
}

struct Crate {
    modules: BTreeMap<Module, File>,
}

struct File {
    path: PathBuf,
    /// Re-exported and imported names, and the paths that they stand for.
    names: BTreeMap<String, Vec<String>>,
    /// Everything that the file's code names by a path.
    paths: Vec<Vec<String>>,
}

impl Crate {
    fn read(below: &Path, files: &[(PathBuf, String)]) -> Self {
        let mut modules = BTreeMap::new();
        for (path, text) in files {
            let inside = path.strip_prefix(below).expect("below the folder").with_extension("");
            let mut module: Module = inside.iter().map(|part| part.to_string_lossy().into_owned()).collect();
            if module.iter().any(|part| part == "tests") {
                continue;
            }
            if ["mod", "main", "lib"]
                .iter()
                .any(|face| module.last().is_some_and(|last| last == face))
            {
                module.pop();
            }
            let parsed = syn::parse_file(text).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
            let mut file = File {
                path: path.clone(),
                names: BTreeMap::new(),
                paths: Vec::new(),
            };
            file.visit_file(&parsed);
            modules.insert(module, file);
        }
        Self { modules }
    }

    /// The arrows that count, without those between a module and its own children.
    fn uses(&self, which: Arrows) -> Uses {
        let mut uses = Uses::new();
        for (module, file) in &self.modules {
            let arrows = uses.entry(file.path.clone()).or_default();
            for path in &file.paths {
                let Some(used) = self.home(module, path, 0) else {
                    continue;
                };
                let is_family = used.starts_with(module) || module.starts_with(&used);
                if is_family || (which == Arrows::InsideModules && module.first() != used.first()) {
                    continue;
                }
                let name = path.last().cloned().unwrap_or_default();
                arrows.entry(self.modules[&used].path.clone()).or_default().insert(name);
            }
        }
        uses
    }

    /// The module that defines what a path means where it is written, followed through what other modules pass on.
    fn home(&self, from: &Module, path: &[String], depth: usize) -> Option<Module> {
        let mut at = from.clone();
        let mut rest = path.iter().peekable();
        match path.first()?.as_str() {
            "crate" => {
                at = Module::new();
                rest.next();
            }
            "self" => {
                rest.next();
            }
            "super" => {}
            first if self.child(from, first).is_some() => {}
            first => {
                let known = self.modules.get(from)?.names.get(first)?;
                let whole: Vec<String> = known.iter().chain(&path[1..]).cloned().collect();
                return (depth < 8 && known[0] != *first).then(|| self.home(from, &whole, depth + 1))?;
            }
        }
        while rest.next_if(|part| *part == "super").is_some() {
            at.pop()?;
        }
        while let Some(part) = rest.next() {
            if let Some(child) = self.child(&at, part) {
                at = child;
                continue;
            }
            let passed_on = self.modules.get(&at).and_then(|file| file.names.get(part));
            if let (Some(known), true) = (passed_on, depth < 8) {
                let whole: Vec<String> = known.iter().chain(rest).cloned().collect();
                return self.home(&at, &whole, depth + 1);
            }
            break;
        }
        self.modules.contains_key(&at).then_some(at)
    }

    fn child(&self, module: &Module, name: &str) -> Option<Module> {
        let child: Module = module.iter().cloned().chain([name.to_owned()]).collect();
        self.modules.contains_key(&child).then_some(child)
    }
}

impl<'ast> Visit<'ast> for File {
    fn visit_item(&mut self, item: &'ast Item) {
        let attributes = match item {
            Item::Mod(item) => &item.attrs,
            Item::Use(item) => {
                self.add(&item.tree, &mut Vec::new());
                return;
            }
            _ => return visit::visit_item(self, item),
        };
        if !attributes.iter().any(is_for_tests) {
            visit::visit_item(self, item);
        }
    }

    fn visit_path(&mut self, path: &'ast syn::Path) {
        if path.segments.len() > 1 {
            self.paths
                .push(path.segments.iter().map(|it| it.ident.to_string()).collect());
        }
        visit::visit_path(self, path);
    }
}

impl File {
    fn add(&mut self, tree: &UseTree, before: &mut Vec<String>) {
        match tree {
            UseTree::Path(path) => {
                before.push(path.ident.to_string());
                self.add(&path.tree, before);
                before.pop();
            }
            UseTree::Group(group) => group.items.iter().for_each(|tree| self.add(tree, before)),
            UseTree::Name(name) => self.bind(&name.ident.to_string(), &name.ident.to_string(), before),
            UseTree::Rename(rename) => self.bind(&rename.rename.to_string(), &rename.ident.to_string(), before),
            UseTree::Glob(_) => self.paths.push(before.clone()),
        }
    }

    fn bind(&mut self, called: &str, name: &str, before: &[String]) {
        let itself = (name == "self").then(|| before.last().cloned()).flatten();
        let mut path = before.to_vec();
        path.extend((name != "self").then(|| name.to_owned()));
        self.names
            .insert(itself.unwrap_or_else(|| called.to_owned()), path.clone());
        self.paths.push(path);
    }
}

pub(super) fn is_for_tests(attribute: &Attribute) -> bool {
    matches!(&attribute.meta, Meta::List(list) if list.path.is_ident("cfg") && list.tokens.to_string() == "test")
}
