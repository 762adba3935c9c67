//! TLS for clients: the system's authorities, or pinned keys.
//!
//! With pins, the key of the certificate that the instance shows must be one of them, and that alone
//! decides: instances make their own certificates, and the pins came with the handshake bundle
//! (RFC 7469 calls the hash of a key's subject public key info a pin). Without pins the authorities
//! that the system trusts decide. One crypto provider, ring, for all of it.

use crate::protocol::Spki;
use crate::seal::sha256;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::crypto::{CryptoProvider, verify_tls12_signature, verify_tls13_signature};
use rustls::pki_types::{CertificateDer, ServerName, UnixTime};
use rustls::{CertificateError, ClientConfig, DigitallySignedStruct, Error, RootCertStore, SignatureScheme};
use std::sync::{Arc, Mutex, PoisonError};
use x509_parser::prelude::{FromDer, X509Certificate};

/// For `http` only: trusts nobody, and so reads no certificates.
pub fn trusting_nobody() -> ClientConfig {
    builder()
        .with_root_certificates(RootCertStore::empty())
        .with_no_client_auth()
}

/// Trusts the system's authorities. Reads their certificates, which takes some milliseconds.
pub fn trusting_the_system() -> Result<ClientConfig, Error> {
    let verifier = rustls_platform_verifier::Verifier::new(provider())?;
    Ok(builder()
        .dangerous()
        .with_custom_certificate_verifier(Arc::new(verifier))
        .with_no_client_auth())
}

/// Trusts these keys and nothing else.
pub fn trusting_pins(pins: Vec<Spki>) -> ClientConfig {
    by_key(Accepted::Pinned(pins))
}

/// Trusts whatever key is shown, and notes it: for a conversation in which something else proves who is there.
pub fn noting_the_key(seen: Arc<Mutex<Option<Spki>>>) -> ClientConfig {
    by_key(Accepted::Noted(seen))
}

/// What is said when a key that is shown is none of those pinned.
pub const OTHER_KEY: &str = "is not one of the";

/// The pin of a certificate (DER): what an instance puts into its bundles.
///
/// None if it is not an X.509 certificate.
pub fn pin_of_certificate(certificate: &[u8]) -> Option<Spki> {
    let (_, parsed) = X509Certificate::from_der(certificate).ok()?;
    let digest = sha256(parsed.tbs_certificate.subject_pki.raw);
    Some(Spki(URL_SAFE_NO_PAD.encode(digest)))
}

/// Why a caller of this system that has no pin does not accept this chain (the certificate first) of this host, in words;
/// none if it does.
pub fn distrust(chain: &[CertificateDer<'_>], host: &str) -> Option<String> {
    let (first, above) = chain.split_first()?;
    let Ok(name) = ServerName::try_from(host.trim_matches(['[', ']']).to_owned()) else {
        return Some(format!("{host} is no name that a certificate can bear"));
    };
    let judged = rustls_platform_verifier::Verifier::new(provider())
        .and_then(|verifier| verifier.verify_server_cert(first, above, &name, &[], UnixTime::now()));
    match judged.err()? {
        Error::InvalidCertificate(CertificateError::UnknownIssuer) => {
            Some("no authority that this system trusts vouches for it".to_owned())
        }
        Error::InvalidCertificate(
            CertificateError::NotValidForName | CertificateError::NotValidForNameContext { .. },
        ) => Some(format!("it does not bear the name {host}")),
        error => Some(error.to_string()),
    }
}

fn provider() -> Arc<CryptoProvider> {
    Arc::new(rustls::crypto::ring::default_provider())
}

fn builder() -> rustls::ConfigBuilder<ClientConfig, rustls::WantsVerifier> {
    ClientConfig::builder_with_provider(provider())
        .with_safe_default_protocol_versions()
        .expect("ring has cipher suites for TLS 1.2 and 1.3")
}

fn by_key(accepted: Accepted) -> ClientConfig {
    let verifier = KeyVerifier {
        accepted,
        provider: provider(),
    };
    builder()
        .dangerous()
        .with_custom_certificate_verifier(Arc::new(verifier))
        .with_no_client_auth()
}

/// Accepts a certificate by its key, whoever signed it and whatever name it bears.
#[derive(Debug)]
struct KeyVerifier {
    accepted: Accepted,
    provider: Arc<CryptoProvider>,
}

/// Which keys are accepted.
#[derive(Debug)]
enum Accepted {
    /// These and no others.
    Pinned(Vec<Spki>),
    /// The first that is shown, which is noted, and no other after it.
    Noted(Arc<Mutex<Option<Spki>>>),
}

impl Accepted {
    fn check(&self, shown: Spki) -> Result<(), Error> {
        match self {
            Self::Pinned(pins) => check_pinned(pins, &shown),
            Self::Noted(seen) => {
                let mut seen = seen.lock().unwrap_or_else(PoisonError::into_inner);
                if seen.as_ref().is_some_and(|before| *before != shown) {
                    return Err(Error::General(
                        "it shows another key than a moment ago: somebody is in between".to_owned(),
                    ));
                }
                *seen = Some(shown);
                Ok(())
            }
        }
    }
}

fn check_pinned(pins: &[Spki], shown: &Spki) -> Result<(), Error> {
    // Pads and the standard alphabet do not make it another key.
    let is_pinned = pins
        .iter()
        .any(|pin| pin.0.trim_end_matches('=').replace('+', "-").replace('/', "_") == shown.0);
    if is_pinned {
        return Ok(());
    }
    Err(Error::General(format!(
        "its key {} {OTHER_KEY} {} pinned",
        shown.0,
        pins.len()
    )))
}

impl ServerCertVerifier for KeyVerifier {
    fn verify_server_cert(
        &self,
        end_entity: &CertificateDer<'_>,
        _intermediates: &[CertificateDer<'_>],
        _server_name: &ServerName<'_>,
        _ocsp_response: &[u8],
        _now: UnixTime,
    ) -> Result<ServerCertVerified, Error> {
        let shown =
            pin_of_certificate(end_entity).ok_or(Error::InvalidCertificate(CertificateError::BadEncoding))?;
        self.accepted.check(shown)?;
        Ok(ServerCertVerified::assertion())
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        verify_tls12_signature(
            message,
            certificate,
            signature,
            &self.provider.signature_verification_algorithms,
        )
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        verify_tls13_signature(
            message,
            certificate,
            signature,
            &self.provider.signature_verification_algorithms,
        )
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.provider
            .signature_verification_algorithms
            .supported_schemes()
    }
}
