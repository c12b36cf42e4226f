//! Secrets of one app: taken as plain text once, given back as `EV[…]`, and readable only by the app.

use std::collections::BTreeMap;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde_json::Value;

use crate::clouds::app_platform::refusal::Refusal;

/// Ciphertexts that this app was given, with what they stand for.
#[derive(Clone, Debug, Default)]
pub(crate) struct Vault(BTreeMap<String, String>);

impl Vault {
    /// Replaces every plain secret in the spec by a ciphertext. One of another app is refused.
    pub(crate) fn seal(&mut self, spec: &mut Value) -> Result<(), Refusal> {
        match spec {
            Value::Array(items) => items.iter_mut().try_for_each(|item| self.seal(item)),
            Value::Object(fields) => {
                if fields.get("type").is_some_and(|kind| kind == "SECRET") {
                    let key = fields.get("key").and_then(Value::as_str).unwrap_or_default().to_owned();
                    if let Some(value) = fields.get_mut("value") {
                        self.seal_value(&key, value)?;
                    }
                }
                if let Some(value) = fields.get_mut("registry_credentials") {
                    self.seal_value("registry_credentials", value)?;
                }
                fields.values_mut().try_for_each(|field| self.seal(field))
            }
            _ => Ok(()),
        }
    }

    /// The plain text behind a value. What is no ciphertext of this app stands for itself.
    pub(crate) fn open<'a>(&'a self, value: &'a str) -> &'a str {
        self.0.get(value).map_or(value, String::as_str)
    }

    /// All plain texts, for the audit.
    pub(crate) fn plain_texts(&self) -> impl Iterator<Item = &str> {
        self.0.values().map(String::as_str)
    }

    fn seal_value(&mut self, key: &str, value: &mut Value) -> Result<(), Refusal> {
        let plain = match &*value {
            Value::String(text) => text.clone(),
            Value::Null => return Ok(()),
            other => other.to_string(),
        };
        if plain.is_empty() || self.0.contains_key(&plain) {
            return Ok(());
        }
        if plain.starts_with("EV[") {
            return Err(Refusal::Invalid(format!(
                "error decrypting environment variable \"{key}\": the encrypted value does not belong to this app"
            )));
        }
        let sealed = ciphertext(plain.len());
        self.0.insert(sealed.clone(), plain);
        *value = Value::String(sealed);
        Ok(())
    }
}

/// Random bytes in the shape of a real one: it cannot be decrypted, the vault remembers it.
fn ciphertext(length: usize) -> String {
    let nonce = crate::ids::random_bytes(24);
    let body = crate::ids::random_bytes(length + 16);
    format!("EV[1:{}:{}]", STANDARD.encode(nonce), STANDARD.encode(body))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn seals_once_and_accepts_its_own_back() {
        let mut vault = Vault::default();
        let mut spec = json!({"envs": [
            {"key": "A", "type": "SECRET", "value": "hunter2"},
            {"key": "B", "value": "plain"},
            {"key": "C", "type": "SECRET"},
        ]});
        vault.seal(&mut spec).unwrap();
        let sealed = spec["envs"][0]["value"].as_str().unwrap().to_owned();
        assert!(sealed.starts_with("EV[1:"), "{sealed}");
        assert_eq!(vault.open(&sealed), "hunter2");
        assert_eq!(spec["envs"][1]["value"], "plain");
        let before = spec.clone();
        vault.seal(&mut spec).unwrap();
        assert_eq!(spec, before);
        let refusal = Vault::default().seal(&mut spec).unwrap_err();
        assert!(refusal.to_string().contains("does not belong"), "{refusal}");
    }
}
