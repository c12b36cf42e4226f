//! Whether an app that is there already is ours to update: by its marks, else by what it is made from.

use super::changes::Changes;
use crate::model::app_identity::AppIdentity;
use crate::model::environment::Environment;
use crate::model::failure::Failure;
use crate::model::marks::Marks;
use crate::model::words::Words;

/// Another environment of the repository.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Neighbour {
    pub(crate) environment: Environment,
    /// The name of its app. `None`: its manifest cannot be read.
    pub(crate) app: Option<String>,
    pub(crate) branch: String,
}

/// An environment's claim to the app that has the name of its own.
pub(crate) struct Claim<'a> {
    pub(crate) name: &'a str,
    /// What the platform calls things.
    pub(crate) words: &'static Words,
    /// `OWNER/NAME`
    pub(crate) repository: &'a str,
    pub(crate) repository_id: u64,
    pub(crate) environment: &'a Environment,
    /// Which app of the repository.
    pub(crate) app: &'a AppIdentity,
    pub(crate) branch: &'a str,
    /// Somebody agreed to take over an app without marks.
    pub(crate) adopt: bool,
    /// The app's marks. `None`: it has none.
    pub(crate) marks: Option<&'a Marks>,
    /// The other environments, where the app could be one of theirs.
    pub(crate) neighbours: &'a [Neighbour],
    /// The app's components that are built from this repository, and from which branch.
    pub(crate) built_here: Vec<(String, Option<String>)>,
    /// The branches of this repository that the file's components are built from.
    pub(crate) wanted: Vec<String>,
    /// The app and the file run images of the same repositories, and nothing else.
    pub(crate) same_images: bool,
}

impl Claim<'_> {
    /// Refuses what is marked as another repository's, environment's or entry's app, and an app without marks that is not
    /// built from here.
    pub(crate) fn check(&self) -> Result<(), Failure> {
        if let (None, Some(failure)) = (self.marks, self.neighbours()) {
            return Err(failure);
        }
        let name = self.name;
        let document = self.words.document;
        let rename = |failure: Failure| {
            failure.next(format!(
                "give the app another `name` in the {document}, or remove the other app first"
            ))
        };
        match self.marks {
            Some(marks) if marks.same_owner(self.repository_id, self.environment) => {
                if self.app.owns(marks, name) {
                    return Ok(());
                }
                let another = Failure::input(format!("app `{name}` is another app of {}", self.environment));
                Err(self.app.refused(another, marks))
            }
            Some(marks) if marks.repository == self.repository_id => Err(rename(
                Failure::input(format!("app `{name}` is the one of {}", marks.environment))
                    .why(format!("its marks say so, and this run is for {}", self.environment)),
            )),
            Some(marks) => Err(rename(
                Failure::input(format!("app `{name}` belongs to another repository")).why(format!(
                    "its marks name the repository with the id {}, and this one has {}",
                    marks.repository, self.repository_id
                )),
            )),
            None if !self.built_here.is_empty() => self.same_branch(),
            None if self.same_images => {
                if self.adopt {
                    return Ok(());
                }
                Err(
                    Failure::input(format!("an app called `{name}` exists and has no marks"))
                        .why("it runs the same images, but an image does not tell from which repository it comes")
                        .next(format!(
                            "agree to take it over with `adopt = true` in `{}`, or give the app another `name` in the {document}",
                            self.table()
                        )),
                )
            }
            None => Err(rename(
                Failure::input(format!("an app called `{name}` exists and is not from this repository")).why(format!(
                    "it has no marks and no component of it is built from `{}`",
                    self.repository
                )),
            )),
        }
    }

    /// Why an app without marks may be another environment's: a named environment never takes that one over by itself.
    fn neighbours(&self) -> Option<Failure> {
        if self.environment.is_production() {
            return None;
        }
        let (name, environment, table) = (self.name, self.environment, self.table());
        let document = self.words.document;
        let has_name = |it: &&Neighbour| it.app.as_deref() == Some(name);
        if let Some(neighbour) = self.neighbours.iter().find(has_name) {
            let its = &neighbour.environment;
            let failure =
                Failure::input(format!("an app called `{name}` exists and may be the one of {its}")).why(format!(
                    "it has no marks, and the {} of {its} has the same `name`",
                    self.words.manifest
                ));
            return Some(failure.next(format!("give the app another `name` in the {document} of `{table}`")));
        }
        if self.adopt {
            return None;
        }
        let neighbour = self.neighbours.iter().find(|it| it.branch == self.branch)?;
        let (its, branch) = (&neighbour.environment, self.branch);
        let failure = Failure::input(format!("an app called `{name}` exists and may be the one of {its}")).why(
            format!("it has no marks, and {its} and {environment} both deploy `{branch}`"),
        );
        Some(failure.next(format!(
            "if it is {environment}, agree to take it over with `adopt = true` in `{table}`; else give the app another `name` in the {document}"
        )))
    }

    /// Refuses an app without marks that builds another branch: it serves another environment. Production may take it
    /// over where somebody agrees; a named environment never does.
    fn same_branch(&self) -> Result<(), Failure> {
        let other = self.built_here.iter().find_map(|(component, branch)| {
            let branch = branch.as_ref()?;
            (!self.wanted.contains(branch)).then_some((component, branch))
        });
        let Some((component, branch)) = other else {
            return Ok(());
        };
        let (environment, table, document) = (self.environment, self.table(), self.words.document);
        if environment.is_production() && self.adopt {
            return Ok(());
        }
        let wanted = self.wanted.first().unwrap_or(branch);
        let failure = Failure::input(format!(
            "an app called `{}` exists and builds `{branch}`, not `{wanted}`",
            self.name
        ))
        .why(format!(
            "it has no marks, and `{component}` of it is built from `{branch}`, while {environment} deploys `{wanted}`: it may serve another environment"
        ));
        Err(failure.next(match environment.is_production() {
            true => format!(
                "if it is production, set `branch = \"{branch}\"` in `{table}`, or agree to take it over with `adopt = true` there; else give the app another `name` in the {document}"
            ),
            false => format!(
                "give the app another `name` in the {document} of `{table}`; if it is {environment}, let it build `{wanted}` on the platform first"
            ),
        }))
    }

    /// An update replaces the whole app. Adopts one without marks; fails where that would lose something that was not
    /// agreed to.
    pub(crate) fn adopt(&self, lost: &[String], changes: &mut Changes) -> Result<(), Failure> {
        if !lost.is_empty() && !self.adopt {
            return Err(
                Failure::input(format!("app `{}` has settings that the file lacks", self.name))
                    .why(format!("an update would remove {}", lost.join(", ")))
                    .next(format!(
                        "add them to the file, or agree to their loss with `adopt = true` in `{}`",
                        self.table()
                    )),
            );
        }
        changes.push(
            format!("adopted the app `{}`", self.name),
            "it comes from this repository and had no marks; from now on it has",
        );
        for it in lost {
            changes.push(format!("removed {it}"), "the file lacks it, and `adopt = true` agrees");
        }
        Ok(())
    }

    /// Where this environment's settings stand in the configuration.
    fn table(&self) -> String {
        match self.environment.is_production() {
            true => "[production]".to_owned(),
            false => format!("[environments.{}]", self.environment),
        }
    }
}
