//! TLS for the server: a given certificate, or one that the instance makes itself.
//!
//! An own certificate is trusted by its key alone, which travels as a pin in the handshake's bundle (RFC 7469
//! calls the hash of a subject public key info a pin), together with that of a spare key: changing over to the
//! spare one needs no new handshake.

use super::InstanceError;
use super::folder::Folder;
use super::settings::{Settings, Tls};
use crate::client::{distrust, pin_of_certificate};
use crate::model::Timestamp;
use crate::protocol::Spki;
use rcgen::{CertificateParams, KeyPair};
use rustls::ServerConfig;
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use std::path::Path;
use std::sync::Arc;
use tokio_rustls::TlsAcceptor;
use x509_parser::prelude::{FromDer, X509Certificate};

/// What a server that speaks TLS needs, and what its callers pin.
pub(super) struct Served {
    pub acceptor: TlsAcceptor,
    pub pins: Vec<Spki>,
}

/// Makes the certificate of an instance, its key and the spare key; gives the pins of both.
pub(super) fn make(folder: &Folder, settings: &Settings) -> Result<Vec<Spki>, InstanceError> {
    let names = names(settings);
    let (key, spare) = (new_key(folder)?, new_key(folder)?);
    let certificate = certify(folder, &names, &key)?;
    folder.write_private(&folder.tls_key(), key.serialize_pem().as_bytes())?;
    folder.write_private(&folder.tls_spare_key(), spare.serialize_pem().as_bytes())?;
    folder.write_private(&folder.tls_certificate(), certificate.pem().as_bytes())?;
    Ok(vec![
        pin(folder, certificate.der())?,
        pin(folder, certify(folder, &names, &spare)?.der())?,
    ])
}

/// Shows the spare key from the next start on, and draws a new spare one.
pub(super) fn use_spare(folder: &Folder, settings: &Settings) -> Result<Vec<Spki>, InstanceError> {
    if !matches!(settings.tls, Some(Tls::Own)) {
        return Err(InstanceError::NoOwnTls);
    }
    let names = names(settings);
    let key = spare_key(folder)?;
    let spare = new_key(folder)?;
    let certificate = certify(folder, &names, &key)?;
    folder.replace_private(&folder.tls_certificate(), certificate.pem().as_bytes())?;
    folder.replace_private(&folder.tls_key(), key.serialize_pem().as_bytes())?;
    folder.replace_private(&folder.tls_spare_key(), spare.serialize_pem().as_bytes())?;
    Ok(vec![
        pin(folder, certificate.der())?,
        pin(folder, certify(folder, &names, &spare)?.der())?,
    ])
}

/// What the settings ask for, read and checked; none for plain HTTP.
pub(super) fn load(folder: &Folder, settings: &Settings) -> Result<Option<Served>, InstanceError> {
    let (certificate, key) = match &settings.tls {
        None => return Ok(None),
        Some(Tls::Own) => (folder.tls_certificate(), folder.tls_key()),
        Some(Tls::Given { certificate, key }) => (certificate.clone(), key.clone()),
    };
    match settings.tls {
        Some(Tls::Given { .. }) => folder.check_given_secret(&key)?,
        _ => folder.check_secret(&key)?,
    }
    let chain = chain_in(&certificate)?;
    let private = PrivateKeyDer::from_pem_file(&key).map_err(|error| unusable(&key, &error.to_string()))?;
    let first = chain
        .first()
        .ok_or_else(|| unusable(&certificate, "holds no certificate"))?;
    let pins = match settings.tls {
        Some(Tls::Own) => {
            let spare = certify(folder, &names(settings), &spare_key(folder)?)?;
            vec![pin(folder, first)?, pin(folder, spare.der())?]
        }
        _ => Vec::new(),
    };
    let config = ServerConfig::builder_with_provider(Arc::new(rustls::crypto::ring::default_provider()))
        .with_safe_default_protocol_versions()
        .map_err(|error| unusable(&certificate, &error.to_string()))?
        .with_no_client_auth()
        .with_single_cert(chain, private)
        .map_err(|error| unusable(&certificate, &error.to_string()))?;
    Ok(Some(Served {
        acceptor: TlsAcceptor::from(Arc::new(config)),
        pins,
    }))
}

fn chain_in(certificate: &Path) -> Result<Vec<CertificateDer<'static>>, InstanceError> {
    CertificateDer::pem_file_iter(certificate)
        .and_then(Iterator::collect::<Result<Vec<_>, _>>)
        .map_err(|error| unusable(certificate, &error.to_string()))
}

/// Why callers do not accept the given certificate, as far as that can be told here, in words; empty where they do, and where
/// they pin a key instead.
pub(super) fn doubts(settings: &Settings, now: Timestamp) -> Vec<String> {
    let Some(Tls::Given { certificate, .. }) = &settings.tls else {
        return Vec::new();
    };
    // That it cannot be read is told by whoever loads it.
    let chain = chain_in(certificate).unwrap_or_default();
    let Some(first) = chain.first() else {
        return Vec::new();
    };
    let out_of_time = out_of_time(first, now);
    // A verifier stops at the first thing it finds: that it is out of time is said better above.
    let host = settings.endpoint.url().host_str().unwrap_or_default();
    let distrust = distrust(&chain, host).filter(|_| out_of_time.is_none());
    out_of_time.into_iter().chain(distrust).collect()
}

fn out_of_time(certificate: &CertificateDer<'_>, now: Timestamp) -> Option<String> {
    let (_, parsed) = X509Certificate::from_der(certificate).ok()?;
    let moment = |seconds: i64| Timestamp::from_micros(seconds.saturating_mul(1_000_000));
    let begin = moment(parsed.validity().not_before.timestamp());
    let end = moment(parsed.validity().not_after.timestamp());
    if end <= now {
        return Some(format!("it ended on {end:.10}"));
    }
    (begin > now).then(|| format!("it is valid from {begin:.10} on only"))
}

/// When the certificate ends that the settings name.
pub(super) fn ends_at(folder: &Folder, settings: &Settings) -> Result<Timestamp, InstanceError> {
    let path = match &settings.tls {
        Some(Tls::Given { certificate, .. }) => certificate.clone(),
        _ => folder.tls_certificate(),
    };
    let certificate =
        CertificateDer::from_pem_file(&path).map_err(|error| unusable(&path, &error.to_string()))?;
    let (_, parsed) = X509Certificate::from_der(&certificate)
        .map_err(|_| unusable(&path, "is not an X.509 certificate"))?;
    let end = parsed.validity().not_after.timestamp();
    Ok(Timestamp::from_micros(end.saturating_mul(1_000_000)))
}

/// The names that a certificate bears: for people who look; whoever pins the key does not ask.
fn names(settings: &Settings) -> Vec<String> {
    let host = settings.endpoint.url().host_str().unwrap_or_default();
    let mut names = vec![host.trim_matches(['[', ']']).to_owned()];
    let listens = settings.listen.ip().to_string();
    if !names.contains(&listens) {
        names.push(listens);
    }
    names
}

fn new_key(folder: &Folder) -> Result<KeyPair, InstanceError> {
    KeyPair::generate().map_err(|error| unusable(&folder.tls_key(), &error.to_string()))
}

fn spare_key(folder: &Folder) -> Result<KeyPair, InstanceError> {
    let path = folder.tls_spare_key();
    let text = folder.read_secret(&path)?;
    KeyPair::from_pem(&text).map_err(|error| unusable(&path, &error.to_string()))
}

fn certify(folder: &Folder, names: &[String], key: &KeyPair) -> Result<rcgen::Certificate, InstanceError> {
    CertificateParams::new(names)
        .and_then(|parameters| parameters.self_signed(key))
        .map_err(|error| unusable(&folder.tls_certificate(), &error.to_string()))
}

fn pin(folder: &Folder, certificate: &CertificateDer<'_>) -> Result<Spki, InstanceError> {
    pin_of_certificate(certificate)
        .ok_or_else(|| unusable(&folder.tls_certificate(), "is not an X.509 certificate"))
}

fn unusable(path: &Path, reason: &str) -> InstanceError {
    InstanceError::File {
        path: path.to_owned(),
        reason: format!("cannot be used for TLS: {reason}"),
        remedy: "put it back from a backup, or give another certificate and key in instance.toml",
    }
}
