//! Access keys: each opens one domain to whoever calls with it, as far as its permissions go.
//!
//! A key is an issued legacy credential that is found by the key's digest instead of an app_id: so it has a standing, a
//! lease, counts and a place in the audit trail like any other, under the name `key-` and the beginning of the digest.
//! With which secrets its tokens are signed and its bodies sealed:
//!
//! - on a stand-in for an original instance, with those of the environment, as there;
//! - made under a legacy credential, with that one's, so that original clients go on with what they have;
//! - otherwise with secrets of its own, which are told once, beside the key.

use super::actions::{Access, Call, DomainRole, Table};
use super::issued::{self, AccessKeyOf, Credential, IssuedKeys};
use super::{Instance, issuing};
use crate::handshake::{Beginning, Event, Life};
use crate::model::{
    AppId, Delivery, Domain, DomainGrant, DomainId, DomainPermission, Grant, PointerScope, Profile, Timestamp,
};
use crate::protocol::{Code, CredentialForm, HeldCredential, HeldKeys, Problem};
use crate::seal::{AccessKey, FernetKey, LegacyKeys, TokenSecret, hex, random};
use crate::store::IssuedRecord;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use std::collections::BTreeSet;
use std::sync::Arc;

/// A key that was made.
pub(super) struct Made {
    /// What is found by it.
    pub credential: Arc<Credential>,
    /// The key itself, told this once.
    pub key: AccessKey,
    /// Everything that its holder needs, where it does not use secrets that are known already.
    pub form: Option<CredentialForm>,
}

/// With which secrets a key is used.
enum Secrets {
    /// The environment's.
    Environment(LegacyKeys),
    /// Those of the credential that it was made under.
    Shared(TokenSecret, FernetKey),
    /// Its own.
    Own(TokenSecret, FernetKey),
}

/// Makes a key for a domain that the caller administers. It never allows more than its maker may do.
pub(super) async fn make(
    call: &Call<'_>,
    domain: &Domain,
    permissions: BTreeSet<DomainPermission>,
    lease_ends: Option<Timestamp>,
) -> Result<Made, Problem> {
    let instance = call.instance;
    let _alone = instance.changing().await;
    let maker = instance.issued().by_name(&call.caller.credential);
    let under = secrets(instance, call.caller.profile, maker.as_deref())?;
    let (key, name) = draw(instance);
    let is_environments = matches!(under, Secrets::Environment(_));
    let is_own = matches!(under, Secrets::Own(..));
    let (working, held) = held(instance, &name, &key, under);

    let bound = DomainGrant {
        domain_id: domain.id.clone(),
        permissions,
    };
    let grant = grant(call.grant(), bound, call.table);
    let stands_with = if call.grant().owner {
        None
    } else {
        root(maker.as_deref())?
    };
    let makers_end = maker
        .as_ref()
        .filter(|_| !call.grant().owner)
        .and_then(|maker| maker.life.lease_ends());
    let life = Life::in_use(Beginning {
        delivery: Some(Delivery::Plain),
        lease_ends: [lease_ends, makers_end].into_iter().flatten().min(),
        ..Beginning::default()
    });
    let now = Timestamp::now();
    let record = IssuedRecord {
        sealed_secrets: issued::seal_secrets(instance.key(), &name, &held),
        app_id: held.app_id.clone(),
        profile: Profile::Legacy,
        kid: None,
        endpoint: held.endpoint.clone(),
        grant,
        state: life.state_at(now),
        verified: false,
        expires_at: life.lease_ends(),
        created_at: now,
        last_used: None,
        uses: 0,
        life: None,
        sealed_previous: None,
        access_key: Some(
            AccessKeyOf {
                under_environment: is_environments,
                stands_with,
            }
            .to_value(),
        ),
        name,
    };
    let credential = instance.issued().begin(record, life, working);
    instance.store().insert_issued(credential.record.clone()).await?;
    Ok(Made {
        credential: instance.issued().put(credential, now),
        key,
        form: is_own.then(|| CredentialForm::of(&held)),
    })
}

/// The key that `text` is, or names by its id: whoever made it keeps no copy.
pub(super) fn find(instance: &Instance, text: &str) -> Result<Arc<Credential>, Problem> {
    let by_key = AccessKey::parse(text)
        .ok()
        .and_then(|key| instance.issued().by_access_key(&key));
    let by_name = || instance.issued().by_name(text);
    by_key
        .or_else(by_name)
        .filter(|credential| credential.record.access_key.is_some() && !credential.life.has_ended())
        .ok_or_else(|| Problem::new(Code::AccessKeyNotFound, "Access key not found."))
}

/// Refuses a key from this moment on; calls in flight lose their result.
pub(super) async fn revoke(instance: &Instance, name: &str) -> Result<Arc<Credential>, Problem> {
    issuing::happen(instance, name, Event::Revoke).await
}

/// The keys of a domain that are not over, without their secrets, oldest first.
pub(super) fn of_domain(instance: &Instance, domain: &DomainId, now: Timestamp) -> Value {
    let mut keys: Vec<_> = standing_in(instance, domain, now).collect();
    keys.sort_by_key(|key| key.record.created_at);
    keys.iter().map(|key| view(key, now)).collect()
}

/// The names of the keys that open a domain.
pub(super) fn standing_in(
    instance: &Instance,
    domain: &DomainId,
    now: Timestamp,
) -> impl Iterator<Item = Arc<Credential>> {
    let all = instance.issued().all().into_iter();
    all.filter(move |credential| {
        let bound = credential.record.grant.domain.as_ref();
        bound.is_some_and(|bound| bound.domain_id == *domain)
            && !credential.life.has_ended()
            && credential.loss(now) != Some("lease_ended")
    })
}

/// What may be told of a key.
pub(super) fn view(credential: &Credential, now: Timestamp) -> Value {
    let record = credential.record_at(now);
    let domain = record.grant.domain.as_ref();
    json!({
        "id": record.name,
        "domain_id": domain.map(|domain| &domain.domain_id),
        "permissions": domain.map(|domain| &domain.permissions),
        "state": record.state,
        "created_at": record.created_at,
        "expires_at": record.expires_at,
        "last_used": record.last_used,
        "uses": record.uses,
    })
}

/// A fresh key, and the name that its digest gives it.
fn draw(instance: &Instance) -> (AccessKey, String) {
    loop {
        let key = random::access_key();
        let digest = Sha256::digest(key.expose_text().as_bytes());
        let name = format!("key-{}", hex(&digest[..6]));
        if instance.issued().by_name(&name).is_none() {
            return (key, name);
        }
    }
}

fn secrets(instance: &Instance, profile: Profile, maker: Option<&Credential>) -> Result<Secrets, Problem> {
    let environment = instance.issued().environment();
    let own = || Secrets::Own(random::token_secret(), random::fernet_key());
    let Some(maker) = maker.filter(|_| profile == Profile::Legacy) else {
        return Ok(environment.map_or_else(own, |keys| Secrets::Environment(keys.clone())));
    };
    let is_environments = match AccessKeyOf::read(&maker.record)? {
        Some(key) => key.under_environment,
        None => maker.is_in_memory(),
    };
    if is_environments {
        return Ok(environment.map_or_else(own, |keys| Secrets::Environment(keys.clone())));
    }
    let opened = issued::open_secrets(instance.key(), &maker.record)?;
    match opened.keys {
        HeldKeys::Legacy {
            token_secret,
            encryption_key,
            ..
        } => Ok(Secrets::Shared(token_secret, encryption_key)),
        HeldKeys::Native { .. } => Ok(own()),
    }
}

/// The working keys, and what is stored of them: never the environment's secrets.
fn held(instance: &Instance, name: &str, key: &AccessKey, under: Secrets) -> (IssuedKeys, HeldCredential) {
    let (token_secret, encryption_key, environment) = match under {
        Secrets::Environment(keys) => (random::token_secret(), random::fernet_key(), Some(keys)),
        Secrets::Shared(token_secret, encryption_key) | Secrets::Own(token_secret, encryption_key) => {
            (token_secret, encryption_key, None)
        }
    };
    let app_id = AppId::parse(name).expect("written by its grammar");
    let mut held = HeldCredential::legacy(
        app_id,
        instance.settings().endpoint.clone(),
        token_secret,
        encryption_key,
        Some(key.clone()),
    );
    held.pins = instance.pins().to_vec();
    let working = issued::working_keys(&held);
    let working = match environment {
        Some(keys) => working.under(&keys),
        None => working,
    };
    (working, held)
}

/// What a key allows: the actions that its permissions open, of those that its maker may call.
fn grant(maker: &Grant, bound: DomainGrant, table: Table) -> Grant {
    let role = bound.role();
    let is_open =
        |within: Option<DomainRole>| within.is_some_and(|needed| role.is_some_and(|role| role >= needed));
    let actions = table
        .iter()
        .filter(|action| action.access == Access::Granted && is_open(action.within))
        .filter(|action| maker.allows_action(action.name))
        .map(|action| action.name.to_owned())
        .collect();
    Grant {
        owner: false,
        actions,
        pointers: PointerScope::default(),
        writes: maker.writes && role >= Some(DomainRole::Writer),
        rate_per_minute: maker.rate_per_minute,
        hops: maker.hops,
        sources: maker.sources.clone(),
        strict_replay: maker.strict_replay,
        domain: Some(bound),
    }
}

/// What a key made under this credential stands and falls with: the credential itself, or what it stands with in
/// turn, so that a key can take another one's place and outlive it.
fn root(maker: Option<&Credential>) -> Result<Option<String>, Problem> {
    let Some(maker) = maker else {
        return Ok(None);
    };
    Ok(match AccessKeyOf::read(&maker.record)? {
        Some(key) => key.stands_with,
        None => Some(maker.record.name.clone()),
    })
}
