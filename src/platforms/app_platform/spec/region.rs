//! An app's region, which is not a data centre.

use serde_json::Value;

use super::document::network;

/// <https://docs.digitalocean.com/products/app-platform/reference/app-spec/>, `region`
const REGIONS: [&str; 10] = ["ams", "atl", "blr", "fra", "lon", "nyc", "sfo", "sgp", "syd", "tor"];

/// `nyc1`, as Droplets and databases have it, is in the region `nyc`. `None`: it is not a data centre.
pub(super) fn of_data_centre(given: &str) -> Option<&str> {
    let (region, centre) = given.split_at_checked(3)?;
    let is_centre = centre.len() == 1 && centre.bytes().all(|byte| byte.is_ascii_digit());
    (is_centre && REGIONS.contains(&region)).then_some(region)
}

/// Puts the region in the place of a data centre. Returns what is said about it.
pub(super) fn correct(spec: &mut Value) -> Option<String> {
    let given = network::region(spec)?.to_owned();
    let region = of_data_centre(&given)?;
    network::set_region(spec, region);
    Some(format!(
        "`{given}` is a data centre, and names of App Platform's regions have no number: using `{region}`; correct `region` in the app spec"
    ))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::correct;

    #[test]
    fn a_data_centre_becomes_its_region_and_anything_else_stays() {
        for (given, becomes) in [("nyc1", "nyc"), ("ams3", "ams"), ("fra1", "fra")] {
            let mut spec = json!({ "region": given });
            let said = correct(&mut spec).expect("it is said");
            assert!(said.contains(&format!("using `{becomes}`")), "{said}");
            assert_eq!(spec["region"], becomes);
        }
        for given in ["nyc", "", "xyz1", "nyc12", "nycx", "é1", "ny", "NYC1"] {
            let mut spec = json!({ "region": given });
            assert_eq!(correct(&mut spec), None, "{given}");
            assert_eq!(spec["region"], given);
        }
        assert_eq!(correct(&mut json!({})), None);
    }
}
