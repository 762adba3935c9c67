//! Plain values in every form in which this program prints them: as `credential export` writes them, or as part of what
//! `handshake offer --by plain`, `domain access-key create` and `credential rotate` print with `--json`.

use crate::protocol::{CredentialForm, CredentialFormError};
use serde_json::Value;

/// Reads the values of one credential.
pub fn form_of(bytes: &[u8]) -> Result<CredentialForm, CredentialFormError> {
    let error = match CredentialForm::from_json(bytes) {
        Ok(form) => return Ok(form),
        Err(error) => error,
    };
    // What is wrong is told by where it stands: serde's own words may quote a secret.
    let Ok(value) = serde_json::from_slice(bytes) else {
        return Err(error);
    };
    let Some(values) = values_in(value) else {
        return Err(error);
    };
    serde_json::from_value(values).map_err(|_| error)
}

/// The values themselves, without what was printed around them.
fn values_in(printed: Value) -> Option<Value> {
    match printed {
        Value::Array(elements) => one_of(elements),
        Value::Object(mut members) => {
            if let Some(inside) = members.remove("plain").or_else(|| members.remove("secret")) {
                return match inside {
                    Value::Object(_) => Some(inside),
                    other => values_in(other),
                };
            }
            members.remove("holder")?;
            Some(Value::Object(members))
        }
        _ => None,
    }
}

/// Of the credentials of one offer the console's: whoever imports is one.
fn one_of(mut elements: Vec<Value>) -> Option<Value> {
    let console = elements.iter().position(|element| element["holder"] == "console");
    let at = console.or((elements.len() == 1).then_some(0))?;
    values_in(elements.swap_remove(at))
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn values() -> Value {
        json!({
            "endpoint": "http://127.0.0.1:5001/invoke",
            "app_id": "alpha-console",
            "jwt_secret_key": "a token secret of at least 32 bytes",
            "encryption_key": "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=",
        })
    }

    fn element(holder: &str) -> Value {
        let mut element = values();
        element["holder"] = json!(holder);
        element["app_id"] = json!(format!("alpha-{holder}"));
        element
    }

    fn app_id(printed: &Value) -> String {
        form_of(printed.to_string().as_bytes())
            .unwrap()
            .app_id
            .to_string()
    }

    #[test]
    fn values_are_read_as_they_are_printed() {
        for printed in [
            values(),
            element("console"),
            json!([element("console")]),
            json!({"offer_id": "off_1", "words": null, "plain": [element("instance"), element("console")]}),
            json!({"access_key": "k", "details": {"id": "key-1"}, "secret": values()}),
            json!({"credential": {"name": "a"}, "due": null, "plain": values()}),
        ] {
            assert_eq!(app_id(&printed), "alpha-console", "{printed}");
        }
        assert_eq!(app_id(&json!({"plain": [element("instance")]})), "alpha-instance");
    }

    #[test]
    fn what_has_no_values_is_refused_without_quoting_it() {
        let mut misspelt = element("console");
        misspelt["jwt_secret"] = json!("a very secret text");
        for printed in [
            json!({"access_key": "a very secret text", "details": {}}),
            json!({"plain": []}),
            json!({"plain": [element("instance"), element("instance")]}),
            json!([[values()]]),
            json!("a very secret text"),
            misspelt,
        ] {
            let error = form_of(printed.to_string().as_bytes())
                .err()
                .expect("it has no values");
            assert!(!error.to_string().contains("very secret"), "{error}");
        }
    }
}
