//! The handshake over a passphrase bundle: offering, inspecting.

use super::folders::cannot;
use super::session::Session;
use super::{Failure, OfferMade, OfferRequest, Workspace, blocking};
use crate::handshake::{BUNDLE_VERSION, Bundle, BundleInstance, BundledCredential, inspect};
use crate::model::{Endpoint, Grant, Holder, Profile, Timestamp};
use crate::protocol::{Code, CredentialForm, Query};
use crate::seal::Passphrase;
use serde::Deserialize;
use serde_json::{Value, json};
use std::fs::OpenOptions;
use std::io::Write;
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;

/// What `create_offer` gives.
#[derive(Deserialize)]
struct Created {
    offer: Offer,
    instance: BundleInstance,
    endpoint: Endpoint,
    profile: Profile,
    credentials: Vec<Part>,
}

#[derive(Deserialize)]
struct Offer {
    id: String,
    label: String,
    created_at: Timestamp,
    expires_at: Timestamp,
    credentials: Vec<String>,
}

#[derive(Deserialize)]
struct Part {
    holder: Holder,
    name: String,
    grant: Grant,
    #[serde(default)]
    lease_ends: Option<Timestamp>,
    form: CredentialForm,
}

impl Workspace {
    /// Makes credentials on an instance of ours and seals them into a bundle under a generated passphrase.
    pub async fn offer(&self, request: OfferRequest) -> Result<OfferMade, Failure> {
        let mut session = self.session(request.instance.as_str()).await?;
        let made = self.offer_in(&mut session, &request).await;
        session.close().await;
        made
    }

    async fn offer_in(
        &self,
        session: &mut Session<'_>,
        request: &OfferRequest,
    ) -> Result<OfferMade, Failure> {
        let file = request.file.clone();
        if let Some(file) = &file {
            refuse_existing(file)?;
        }
        let lease_ends = request
            .lease_days
            .map(|days| Timestamp::now().plus_seconds(i64::from(days) * 86_400));
        let query = Query::new(
            "create_offer",
            json!({
                "label": request.app_id,
                "app_id": request.app_id,
                "profile": request.profile,
                "holders": request.holders,
                "grant": request.grant,
                "lease_ends": lease_ends,
            }),
        );
        let result = session.result(&query).await?;
        let created: Created =
            serde_json::from_value(result).map_err(|_| session.unexpected(query.action()))?;
        let names = created.offer.credentials.clone();
        let id = created.offer.id.clone();
        let bundle = bundle_of(created);
        let sealed = blocking(move || seal_and_write(&bundle, file.as_deref())).await;
        let made = match sealed {
            Ok(made) => made,
            Err(failure) => {
                take_back(session, &id, &names).await;
                return Err(failure);
            }
        };
        // The bundle is made; another console not showing the same words is no reason to lose it.
        let record = Query::new("record_offer_words", json!({"id": id, "words": made.words}));
        if let Err(failure) = session.result(&record).await {
            tracing::warn!(%failure, "the offer's words were not recorded");
        }
        Ok(made)
    }

    /// What a bundle says, without keeping anything: with the passphrase its contents (no secrets), without it
    /// what can be seen from outside. Needs no home.
    pub async fn inspect_bundle(bundle: &[u8], passphrase: Option<&Passphrase>) -> Result<Value, Failure> {
        let Some(passphrase) = passphrase else {
            let outside = inspect(bundle)?;
            return Ok(json!({"sealed": true, "outside": outside}));
        };
        let bundle = open(bundle, passphrase).await?;
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
        Ok(json!({
            "sealed": false,
            "id": bundle.id,
            "version": bundle.version,
            "label": bundle.label,
            "instance": bundle.instance,
            "endpoint": bundle.endpoint,
            "pins": bundle.pins,
            "profile": bundle.profile,
            "credentials": credentials,
            "offered_at": bundle.offered_at,
            "expires_at": bundle.expires_at,
            "words": bundle.words(),
        }))
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

/// Opens a bundle off the runtime's threads: it is slow on purpose.
pub(super) async fn open(bundle: &[u8], passphrase: &Passphrase) -> Result<Bundle, Failure> {
    let (bundle, passphrase) = (bundle.to_vec(), passphrase.clone());
    Ok(blocking(move || Bundle::open_with_passphrase(&bundle, &passphrase, Timestamp::now())).await?)
}

fn bundle_of(created: Created) -> Bundle {
    let pins = created
        .credentials
        .first()
        .map(|part| part.form.pins.clone())
        .unwrap_or_default();
    Bundle {
        version: BUNDLE_VERSION,
        id: created.offer.id,
        instance: created.instance,
        endpoint: created.endpoint,
        pins,
        profile: created.profile,
        credentials: created
            .credentials
            .into_iter()
            .map(|part| BundledCredential {
                holder: part.holder,
                name: part.name,
                grant: part.grant,
                lease_ends: part.lease_ends,
                form: part.form,
            })
            .collect(),
        offered_at: created.offer.created_at,
        expires_at: created.offer.expires_at,
        label: created.offer.label,
        delivery: crate::model::Delivery::Passphrase,
        verify_first: false,
        requester: None,
    }
}

fn seal_and_write(bundle: &Bundle, file: Option<&Path>) -> Result<OfferMade, Failure> {
    let sealed = bundle.seal_with_generated_passphrase()?;
    if let Some(path) = file {
        write_new(path, sealed.armoured.as_bytes())?;
    }
    Ok(OfferMade {
        offer_id: bundle.id.clone(),
        words: bundle.words(),
        file: file.map(Path::to_owned),
        armoured: Some(sealed.armoured),
        passphrase: Some(sealed.passphrase),
        expires_at: bundle.expires_at,
        delivery: bundle.delivery,
        code: None,
        plain: Vec::new(),
        endpoint: bundle.endpoint.clone(),
        warning: None,
    })
}

fn write_new(path: &Path, text: &[u8]) -> Result<(), Failure> {
    OpenOptions::new()
        .write(true)
        .create_new(true)
        .mode(0o600)
        .open(path)
        .and_then(|mut file| {
            file.write_all(text)?;
            file.sync_all()
        })
        .map_err(|error| cannot(path, "be written", &error))
}

/// Said before credentials are made, not after.
fn refuse_existing(path: &Path) -> Result<(), Failure> {
    if std::fs::symlink_metadata(path).is_err() {
        return Ok(());
    }
    Err(Failure::new(
        Code::FileFailed,
        format!("{} is there already", path.display()),
        "name another file for the bundle; an older one is not written over",
    ))
}

/// Nobody has the bundle, so nobody shall be able to call with what is in it.
async fn take_back(session: &mut Session<'_>, offer: &str, credentials: &[String]) {
    for name in credentials {
        let revoke = Query::new("revoke_credential", json!({"name": name}));
        if let Err(failure) = session.result(&revoke).await {
            tracing::warn!(%failure, credential = %name, "a credential of a failed offer was not revoked");
        }
    }
    let withdraw = Query::new("withdraw_offer", json!({"id": offer}));
    if let Err(failure) = session.result(&withdraw).await {
        tracing::warn!(%failure, "a failed offer was not withdrawn");
    }
}
