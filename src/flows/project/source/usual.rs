//! The manifest that no flag and no configuration names: looked for in the places where people put it.

use std::path::Path;

use super::file::Wanted;
use super::rule::Setting;
use super::{Source, manifest_at};
use crate::model::failure::Failure;
use crate::platforms::Manifest;
use crate::platforms::find::{Places, only};

/// How many folders GitHub is asked for: each takes a request.
const MOST_FOLDERS: usize = 30;

/// How many files are read of those that may be a manifest by their names alone.
const MOST_FILES: usize = 30;

impl Source<'_> {
    /// `None`: there is none.
    ///
    /// # Errors
    /// What is wrong with it, and several of which any could be meant.
    pub(crate) async fn usual_manifest(&self) -> anyhow::Result<Option<Manifest>> {
        let found = self.usual_text().await?;
        found.map(|(path, text)| self.parsed(&text, &path)).transpose()
    }

    /// The same before anything of it is checked: its path and its text.
    pub(super) async fn usual_text(&self) -> anyhow::Result<Option<(String, String)>> {
        let places = self.ctx.clouds.places();
        let (best, others) = places.usual.split_at(1);
        if let Some(found) = self.first_of(best).await? {
            return Ok(Some(found));
        }
        let top = self.listing("").await?;
        let mut known = on_disk(&self.ctx.working_directory);
        known.extend(top.iter().cloned());
        let may_exist = |path: &&&str| {
            known.iter().any(|name| {
                path.strip_prefix(name.as_str())
                    .is_some_and(|rest| rest.is_empty() || name.ends_with('/'))
            })
        };
        let others: Vec<&str> = others.iter().filter(may_exist).copied().collect();
        if let Some(found) = self.first_of(&others).await? {
            return Ok(Some(found));
        }
        let paths = self.paths(&places, top).await?;
        let paths: Vec<&str> = paths.iter().map(String::as_str).collect();
        // The usual ones are the first group, and there is none.
        for group in places.groups(&paths).into_iter().skip(1) {
            let found = self.manifests_of(&group).await?;
            let files: Vec<&str> = found.iter().map(|(path, _)| *path).collect();
            let called = self.ctx.clouds.manifest();
            if let Some(path) = only(&files, &places, &called, self.prefix())? {
                return Ok(found
                    .iter()
                    .find(|(it, _)| *it == path)
                    .map(|(path, text)| ((*path).to_owned(), text.clone())));
            }
        }
        Ok(None)
    }

    /// Why there is none.
    pub(super) fn looked_for(&self) -> String {
        let places = self.ctx.clouds.places();
        let list = |places: &[&str]| format!("`{}`", places.join("`, `"));
        format!(
            "looked {}for {}, then for one {} one folder down, then at the files of {}",
            self.looked_in(),
            list(&places.usual),
            list(&places.one_folder_down),
            list(&places.folders),
        )
    }

    /// The first of these files that exists.
    async fn first_of(&self, paths: &[&str]) -> anyhow::Result<Option<(String, String)>> {
        let wanted: Vec<Wanted<'_>> = paths.iter().map(|path| manifest_at(path)).collect();
        let found = self.first(&wanted).await?;
        Ok(found.map(|(index, text)| (paths[index].to_owned(), text)))
    }

    /// Those of a group of files that are manifests, other tools' files of such names aside.
    async fn manifests_of<'p>(&self, group: &[&'p str]) -> anyhow::Result<Vec<(&'p str, String)>> {
        let group = &group[..group.len().min(MOST_FILES)];
        let wanted: Vec<Wanted<'_>> = group.iter().map(|path| manifest_at(path)).collect();
        let texts = group.iter().copied().zip(self.texts(&wanted).await?);
        let mut found: Vec<(&str, String)> = texts.filter_map(|(path, text)| Some((path, text?))).collect();
        found.retain(|(path, text)| self.ctx.clouds.of_file(path).manifests.is_manifest(text));
        Ok(found)
    }

    /// The paths of the files at the top, in the folders of manifests, and of what may be a manifest one folder down.
    async fn paths(&self, places: &Places, top: Vec<String>) -> anyhow::Result<Vec<String>> {
        let mut folders: Vec<&str> = Vec::new();
        for name in top.iter().filter_map(|name| name.strip_suffix('/')) {
            if Places::is_searched(name) || places.folders.contains(&name) {
                folders.push(name);
            }
        }
        if self.asks_github() && folders.len() > MOST_FOLDERS {
            return Err(Failure::input(format!(
                "the {} is in no usual place at the top, and there are too many folders to look through",
                self.ctx.clouds.manifest()
            ))
            .why(format!(
                "`{}` has {} folders, and each takes a request to GitHub",
                self.shown(),
                folders.len()
            ))
            .next("name it with `spec = \"FILE\"` in `do-deploy.toml`")
            .into());
        }
        let mut paths: Vec<String> = top.iter().filter(|name| !name.ends_with('/')).cloned().collect();
        for folder in folders {
            let names = self.listing(folder).await?;
            for below in &places.one_folder_down {
                let first = below.split_inclusive('/').next().unwrap_or(below);
                if names.iter().any(|name| name == first) {
                    paths.push(format!("{folder}/{below}"));
                }
            }
            if places.folders.contains(&folder) {
                let files = names.iter().filter(|name| !name.ends_with('/'));
                paths.extend(files.map(|name| format!("{folder}/{name}")));
            }
        }
        Ok(paths)
    }

    fn asks_github(&self) -> bool {
        !self.is_working_copy() && !self.is_at_commit()
    }

    /// What is in a folder, whose path is counted from where manifests are looked for: the names of files, and of folders with
    /// a slash at the end.
    async fn listing(&self, folder: &str) -> anyhow::Result<Vec<String>> {
        let mut names = Vec::new();
        if !self.asks_github() || self.setting == Setting::Rehearsal {
            names = on_disk(&self.ctx.working_directory.join(folder));
        }
        let path = format!("{}{folder}", self.prefix());
        let path = path.trim_end_matches('/');
        match (&self.copy, &self.ctx.github) {
            _ if self.is_working_copy() => {}
            // A sparse checkout has not all of them.
            (Some(copy), _) if self.is_at_commit() => names.extend(copy.listing(path).await),
            (_, Some(github)) => {
                if let Some(commit) = self.commit_on_github().await? {
                    names.extend(github.listing(path, commit.as_str()).await?);
                }
            }
            (_, None) => {}
        }
        names.sort();
        names.dedup();
        Ok(names)
    }
}

fn on_disk(folder: &Path) -> Vec<String> {
    let entries = std::fs::read_dir(folder).into_iter().flatten().filter_map(Result::ok);
    let name = |entry: std::fs::DirEntry| {
        let name = entry.file_name().into_string().ok()?;
        Some(match entry.path().is_dir() {
            true => format!("{name}/"),
            false => name,
        })
    };
    entries.filter_map(name).collect()
}
