//! Finds a DigitalOcean project by name or id.

use super::{AppPlatform, MOST_PAGES, PER_PAGE, wire};
use crate::platforms::error::{PlatformError, Result};

impl AppPlatform {
    pub(super) async fn project_id(&self, name_or_id: &str) -> Result<String> {
        if is_uuid(name_or_id) {
            return Ok(name_or_id.to_owned());
        }
        let mut listing = self.client.listing();
        for page in 1..=MOST_PAGES {
            let path = format!("/v2/projects?page={page}&per_page={PER_PAGE}");
            let listed: wire::Projects = self.answered(listing.get(&path).await)?;
            if let Some(project) = listed.projects.iter().find(|project| project.name == name_or_id) {
                return Ok(project.id.clone());
            }
            if listed.projects.is_empty() || listed.links.pages.next.is_none() {
                break;
            }
        }
        Err(PlatformError::NoSuchProject {
            name: name_or_id.to_owned(),
        })
    }
}

fn is_uuid(text: &str) -> bool {
    let lengths = [8, 4, 4, 4, 12];
    text.split('-').map(str::len).eq(lengths) && text.chars().all(|c| c == '-' || c.is_ascii_hexdigit())
}

#[cfg(test)]
mod tests {
    use super::is_uuid;

    #[test]
    fn tells_an_id_from_a_name() {
        assert!(is_uuid("4e1bfbc3-dc3e-41f2-a18f-1b4d7ba71679"));
        assert!(!is_uuid("previews"));
        assert!(!is_uuid("my-very-own-side-project"));
    }
}
