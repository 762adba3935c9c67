//! What a bundle says, and which bundles are worth anything.

use super::{BundleError, age_file};
use crate::model::{Delivery, Endpoint, Grant, Holder, InstanceId, Profile, Timestamp};
use crate::protocol::{CredentialForm, CredentialFormError, HeldCredential, Spki};
use crate::seal::IdentityKey;
use serde::{Deserialize, Serialize};
use zeroize::Zeroizing;

/// The version that is written and read.
pub const BUNDLE_VERSION: u32 = 1;
/// How long a bundle may be valid, in seconds.
pub const LONGEST_OFFER: i64 = 24 * 60 * 60;
/// How far the clocks of two administrators may be apart, in seconds.
const CLOCK_SKEW: i64 = 10 * 60;
/// The longest text for people, in bytes.
const LONGEST_TEXT: usize = 1_000;

/// What one administrator hands to another: how to call an instance, and the credentials for it.
/// It has no `Debug`, as it holds secrets; they are wiped when it is dropped.
#[derive(Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Bundle {
    /// Version of the format: 1.
    pub version: u32,
    /// Identifies the offer on the instance that made it.
    pub id: String,
    /// The instance that will be called.
    pub instance: BundleInstance,
    /// Where it answers.
    pub endpoint: Endpoint,
    /// Its TLS keys; empty where certificate authorities decide.
    pub pins: Vec<Spki>,
    /// How all credentials of the bundle seal.
    pub profile: Profile,
    /// One for each holder.
    pub credentials: Vec<BundledCredential>,
    /// When the offer was made.
    pub offered_at: Timestamp,
    /// When the bundle is worth nothing any more: at most 24 hours after it was offered.
    pub expires_at: Timestamp,
    /// What the offer is for, in words.
    pub label: String,
    /// How it travels.
    #[serde(default = "by_passphrase")]
    pub delivery: Delivery,
    /// Whether its credentials open nothing but the handshake until they are activated.
    #[serde(default)]
    pub verify_first: bool,
    /// Who asked for it, where somebody did.
    #[serde(default)]
    pub requester: Option<Requester>,
}

/// Bundles that do not say how they travel are under a passphrase.
const fn by_passphrase() -> Delivery {
    Delivery::Passphrase
}

/// Whose request a bundle answers.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Requester {
    /// The request's id.
    pub request: String,
    /// Who asked.
    pub identity: IdentityKey,
    /// Where the answer was sealed to.
    pub recipient: String,
}

/// The instance that a bundle's credentials are for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct BundleInstance {
    /// Its id; none for original Python instances, which have none.
    pub id: Option<InstanceId>,
    /// A name for people.
    pub name: String,
    /// The key with which it signs; none for original Python instances.
    #[serde(default)]
    pub identity: Option<IdentityKey>,
}

/// One credential of a bundle. It has no `Debug`, as it holds secrets.
#[derive(Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct BundledCredential {
    /// Who is to keep it.
    pub holder: Holder,
    /// Its name on the instance that issued it.
    pub name: String,
    /// What it allows.
    pub grant: Grant,
    /// When it ends by itself, if it does.
    pub lease_ends: Option<Timestamp>,
    /// The credential itself.
    pub form: CredentialForm,
}

/// The part of a bundle that is the same in every version.
#[derive(Deserialize)]
pub(super) struct AnyVersion {
    pub(super) version: u64,
}

impl Bundle {
    /// Reads what a seal held, refusing what is expired, of another version, or inconsistent.
    pub(super) fn from_json(json: &[u8], now: Timestamp) -> Result<Self, BundleError> {
        let AnyVersion { version } = serde_json::from_slice(json).map_err(unreadable)?;
        if version != u64::from(BUNDLE_VERSION) {
            return Err(BundleError::Version {
                found: version,
                known: BUNDLE_VERSION,
            });
        }
        let bundle: Self = serde_json::from_slice(json).map_err(unreadable)?;
        if bundle.expires_at <= now {
            return Err(BundleError::Expired {
                at: bundle.expires_at,
            });
        }
        if bundle.expires_at > now.plus_seconds(LONGEST_OFFER + CLOCK_SKEW) {
            return Err(BundleError::TooLong {
                until: bundle.expires_at,
            });
        }
        bundle.check().map_err(BundleError::Unreadable)?;
        Ok(bundle)
    }

    /// The bundle as it is put into a seal. Both sides get the same bytes of the same bundle.
    pub fn expose_json(&self) -> Zeroizing<Vec<u8>> {
        Zeroizing::new(serde_json::to_vec(self).expect("a bundle has only string keys"))
    }

    /// The credential that the bundle has for this holder, ready for use under the bundle's pins.
    pub fn credential_for(&self, holder: Holder) -> Result<Option<HeldCredential>, CredentialFormError> {
        let Some(bundled) = self
            .credentials
            .iter()
            .find(|credential| credential.holder == holder)
        else {
            return Ok(None);
        };
        let mut held = bundled.form.clone().into_held()?;
        held.pins = self.pins.clone();
        Ok(Some(held))
    }

    /// What is wrong with the bundle, in words that end a sentence.
    pub(super) fn check(&self) -> Result<(), String> {
        if self.version != BUNDLE_VERSION {
            return Err(format!("its version must be {BUNDLE_VERSION}"));
        }
        if self.expires_at <= self.offered_at || self.expires_at > self.offered_at.plus_seconds(LONGEST_OFFER)
        {
            return Err("it must expire within 24 hours after it is offered".to_owned());
        }
        if self.credentials.is_empty() {
            return Err("it holds no credential".to_owned());
        }
        let texts = [&self.id, &self.instance.name, &self.label];
        if texts.into_iter().any(|text| text.len() > LONGEST_TEXT) {
            return Err(format!(
                "its id, name or label is longer than {LONGEST_TEXT} bytes"
            ));
        }
        self.check_parties()?;
        for (index, credential) in self.credentials.iter().enumerate() {
            self.check_credential(credential)?;
            let earlier = &self.credentials[..index];
            if earlier.iter().any(|other| other.holder == credential.holder) {
                return Err("it holds two credentials for the same holder".to_owned());
            }
            if self.profile == Profile::Native
                && earlier.iter().any(|other| other.form.kid == credential.form.kid)
            {
                return Err("two of its credentials have the same key id".to_owned());
            }
        }
        Ok(())
    }

    /// Whether it travelled as it says: what it was sealed with must not be taken for something better.
    pub(super) fn check_delivery(&self, came_by: Delivery) -> Result<(), BundleError> {
        if self.delivery == came_by {
            return Ok(());
        }
        Err(BundleError::Unreadable(format!(
            "it says that it travels by {}, and came by {came_by}",
            self.delivery
        )))
    }

    fn check_parties(&self) -> Result<(), String> {
        if self.profile == Profile::Native && self.instance.identity.is_none() {
            return Err("it does not name the identity of its instance".to_owned());
        }
        if self.requester.is_some() != (self.delivery == Delivery::Request) {
            return Err("it must name who asked for it if it answers a request, and only then".to_owned());
        }
        let Some(requester) = &self.requester else {
            return Ok(());
        };
        if requester.request.len() > LONGEST_TEXT || !age_file::is_recipient(&requester.recipient) {
            return Err("the request that it answers is malformed".to_owned());
        }
        Ok(())
    }

    fn check_credential(&self, credential: &BundledCredential) -> Result<(), String> {
        let name = &credential.name;
        if name.len() > LONGEST_TEXT {
            return Err("a credential's name is too long".to_owned());
        }
        let held = credential
            .form
            .clone()
            .into_held()
            .map_err(|error| error.to_string())?;
        if held.profile() != self.profile {
            return Err(format!("its credential {name:?} is not of the bundle's profile"));
        }
        if held.endpoint != self.endpoint || !(held.pins.is_empty() || held.pins == self.pins) {
            return Err(format!(
                "its credential {name:?} is for another endpoint or has other TLS pins"
            ));
        }
        if held.instance_id() != self.instance.id.as_ref() && self.profile == Profile::Native {
            return Err(format!("its credential {name:?} is for another instance"));
        }
        Ok(())
    }
}

/// Serde's own message may quote what it read, and that is secret.
pub(super) fn unreadable(error: serde_json::Error) -> BundleError {
    BundleError::Unreadable(format!(
        "malformed at line {}, column {}",
        error.line(),
        error.column()
    ))
}
