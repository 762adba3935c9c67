//! The handshake as an administrator drives it: offering, asking, taking what came, and where each one stands.
//!
//! Accepting is in `accept`, comparing words and what follows in `verify` and `activation`.

mod asking;
mod checks;
mod next;
mod offering;
mod onward;
mod receiving;
mod standing;

pub(super) use receiving::Came;
pub(super) use standing::{Offered, Standing};

use super::{Failure, Workspace, blocking};
use crate::handshake::{Bundle, inspect};
use crate::model::Timestamp;
use crate::protocol::Query;
use crate::seal::Passphrase;
use serde_json::{Value, json};

impl Workspace {
    /// What a bundle says, without keeping anything: with the passphrase its contents (no secrets), without it
    /// what can be seen from outside. Needs no home.
    pub async fn inspect_bundle(bundle: &[u8], passphrase: Option<&Passphrase>) -> Result<Value, Failure> {
        let Some(passphrase) = passphrase else {
            let outside = inspect(bundle)?;
            return Ok(json!({"sealed": true, "outside": outside}));
        };
        let bundle = open(bundle, passphrase).await?;
        Ok(contents(&bundle))
    }

    /// Offers that an instance of ours has made.
    pub async fn offers(&self, instance: &str) -> Result<Value, Failure> {
        let mut session = self.session(instance).await?;
        let result = session.result(&Query::new("list_offers", json!({}))).await;
        session.close().await;
        let mut listed = result?;
        Ok(listed.get_mut("offers").map(Value::take).unwrap_or(listed))
    }
}

/// Everything in a bundle that is no secret.
fn contents(bundle: &Bundle) -> Value {
    let credentials: Vec<Value> = bundle
        .credentials
        .iter()
        .map(|credential| {
            json!({
                "holder": credential.holder,
                "name": credential.name,
                "app_id": credential.form.app_id,
                "kid": credential.form.kid,
                "grant": credential.grant,
                "lease_ends": credential.lease_ends,
            })
        })
        .collect();
    json!({
        "sealed": false,
        "id": bundle.id,
        "version": bundle.version,
        "label": bundle.label,
        "instance": bundle.instance,
        "endpoint": bundle.endpoint,
        "pins": bundle.pins,
        "profile": bundle.profile,
        "delivery": bundle.delivery,
        "verify_first": bundle.verify_first,
        "requester": bundle.requester,
        "credentials": credentials,
        "offered_at": bundle.offered_at,
        "expires_at": bundle.expires_at,
        "words": bundle.words(),
    })
}

/// Opens a bundle off the runtime's threads: it is slow on purpose.
async fn open(bundle: &[u8], passphrase: &Passphrase) -> Result<Bundle, Failure> {
    let (bundle, passphrase) = (bundle.to_vec(), passphrase.clone());
    Ok(blocking(move || Bundle::open_with_passphrase(&bundle, &passphrase, Timestamp::now())).await?)
}
