//! `ingress.secure_header`: by this header the platform's edge knows requests that come through the proxy in front of it.
//! Others do not reach the app. The client library has `key`, `value` and `remove_header` without a word more:
//! <https://pkg.go.dev/github.com/digitalocean/godo#AppIngressSpec>

use std::borrow::Cow;

use serde_json::Value;

use super::document::ingress;
use super::env;
use super::notation::placeholder;
use crate::model::secure_header::SecureHeader;
use crate::redact::Secret;

/// `None`: every request reaches the app.
pub(crate) fn secure_header(spec: &Value) -> Option<SecureHeader> {
    let header = ingress::secure_header(spec)?;
    let is_known = |value: &&str| !env::is_encrypted(value) && placeholder(value).is_none();
    Some(SecureHeader {
        name: header.name.to_owned(),
        value: header.value.filter(is_known).and_then(Secret::new),
    })
}

/// A spec as the platform gives it back, which may hide the value of the header that the file names as well.
pub(crate) fn with_secure_header_of<'a>(spec: &'a Value, file: &Value) -> Cow<'a, Value> {
    let (Some(hidden), Some(written)) = (secure_header(spec), secure_header(file)) else {
        return Cow::Borrowed(spec);
    };
    let mut spec = Cow::Borrowed(spec);
    if let (None, Some(value)) = (&hidden.value, &written.value)
        && hidden.name.eq_ignore_ascii_case(&written.name)
    {
        ingress::set_value_of_secure_header(spec.to_mut(), value.expose());
    }
    spec
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::{secure_header, with_secure_header_of};

    fn spec(header: &Value) -> Value {
        json!({"name": "shop", "ingress": {"secure_header": header}})
    }

    #[test]
    fn the_header_is_known_with_its_value_where_that_is_plain() {
        for (header, name, value) in [
            (json!(null), None, None),
            (json!({}), None, None),
            (json!({"key": "", "value": "a"}), None, None),
            (
                json!({"key": "X-Edge", "value": "a-long-one"}),
                Some("X-Edge"),
                Some("a-long-one"),
            ),
            (json!({"key": "X-Edge"}), Some("X-Edge"), None),
            (json!({"key": "X-Edge", "value": "EV[1:a:b]"}), Some("X-Edge"), None),
        ] {
            let known = secure_header(&spec(&header));
            assert_eq!(known.as_ref().map(|it| it.name.as_str()), name, "{header}");
            let its = known.as_ref().and_then(|it| it.value.as_ref());
            assert_eq!(its.map(|value| value.expose()), value, "{header}");
        }
    }

    #[test]
    fn what_the_platform_hides_the_file_may_show() {
        let hidden = spec(&json!({"key": "x-edge", "value": "EV[1:a:b]"}));
        for (file, value) in [
            (json!({"key": "X-Edge", "value": "a-long-one"}), Some("a-long-one")),
            (json!({"key": "X-Other", "value": "a-long-one"}), None),
            (json!(null), None),
        ] {
            let known = secure_header(&with_secure_header_of(&hidden, &spec(&file))).expect("a header");
            assert_eq!(known.value.as_ref().map(|value| value.expose()), value, "{file}");
        }
    }
}
