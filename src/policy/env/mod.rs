//! The envs of an app as rules read them, whatever file or service a platform has them from.

pub(crate) mod notation;

use super::datastores::Holds;

/// One env.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Env<'a> {
    pub(crate) key: &'a str,
    /// As it is written. Empty: it has none, or the platform does not show it.
    pub(crate) value: &'a str,
    /// Declared as a secret, whatever its name and value look like.
    pub(crate) is_secret: bool,
    /// Only the build sees it.
    pub(crate) is_for_build: bool,
}

/// The app, or a part of it, with the envs that it lists itself.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Owner<'a> {
    /// `None`: the app, whose envs reach every component.
    pub(crate) name: Option<&'a str>,
    /// `the app`, or what it is and its name: ``service `web` ``.
    pub(crate) noun: String,
    /// A database of production's that the platform runs beside the app, and what it holds.
    pub(crate) database: Option<Holds>,
    /// It runs an image that is made elsewhere.
    pub(crate) runs_image: bool,
    pub(crate) envs: Vec<Env<'a>>,
    /// Its commands: the field that has it, and the text.
    pub(crate) commands: Vec<(&'static str, &'a str)>,
}

/// All envs of an app.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct EnvSet<'a> {
    /// The app itself and its components, in the order of the document.
    pub(crate) owners: Vec<Owner<'a>>,
}

impl<'a> EnvSet<'a> {
    pub(crate) fn envs(&self) -> impl Iterator<Item = &Env<'a>> {
        self.owners.iter().flat_map(|owner| &owner.envs)
    }

    /// The first env of this key that the owner of this name lists.
    pub(crate) fn find(&self, owner: Option<&str>, key: &str) -> Option<&Env<'a>> {
        let owner = self.owners.iter().find(|it| it.name == owner)?;
        owner.envs.iter().find(|it| it.key == key)
    }

    /// Its components, databases included.
    pub(crate) fn components(&self) -> impl Iterator<Item = (&'a str, &Owner<'a>)> {
        self.owners.iter().filter_map(|owner| Some((owner.name?, owner)))
    }
}

#[cfg(test)]
pub(crate) mod tests;
