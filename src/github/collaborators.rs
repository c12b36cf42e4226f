//! What a person may do in the repository.

use serde::Deserialize;

use super::{GitHub, segment};
use crate::net::error::ApiError;

/// A person's highest permission, from whatever source. `author_association` in an event says less: it calls a member
/// of the organisation `MEMBER` who may only read here.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub(crate) struct Permission {
    /// `admin`, `write`, `read` or `none`; a role of the organisation's own counts as what it is based on.
    permission: String,
    /// `maintain` and `triage` stand only here.
    #[serde(default)]
    role_name: String,
}

impl Permission {
    /// Whether the person may push to the repository. GitHub shows `maintain` as `write` and `triage` as `read`, and a
    /// role's name alone proves nothing, because organisations choose it.
    pub(crate) fn may_write(&self) -> bool {
        matches!(self.permission.as_str(), "write" | "maintain" | "admin")
    }

    /// As people know it.
    pub(crate) fn role(&self) -> &str {
        if self.role_name.is_empty() {
            &self.permission
        } else {
            &self.role_name
        }
    }
}

impl GitHub {
    /// `None`: GitHub knows no user of that name.
    pub(crate) async fn permission(&self, login: &str) -> Result<Option<Permission>, ApiError> {
        let path = self.path(&format!("/collaborators/{}/permission", segment(login)));
        match self.api.get(&path).await {
            Ok(permission) => Ok(Some(permission)),
            Err(error) if error.is_not_found() => Ok(None),
            Err(error) => Err(error),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Permission;

    #[test]
    fn only_who_may_push_may_command() {
        for (permission, role_name, may) in [
            ("none", "none", false),
            ("read", "read", false),
            ("read", "triage", false),
            ("write", "write", true),
            ("write", "maintain", true),
            ("admin", "admin", true),
            ("read", "admin", false),
            ("write", "release crew", true),
            ("", "", false),
        ] {
            let (permission, role_name) = (permission.to_owned(), role_name.to_owned());
            let given = Permission { permission, role_name };
            assert_eq!(given.may_write(), may, "{given:?}");
        }
    }
}
