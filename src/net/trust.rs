//! Which certificates are trusted: those that the machine trusts. One of an unknown authority says whose it is, because
//! that names the proxy that opened the connection.

use std::sync::Arc;

use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::pki_types::{CertificateDer, ServerName, UnixTime};
use rustls::{CertificateError, ClientConfig, DigitallySignedStruct, Error, OtherError, SignatureScheme};
use rustls_platform_verifier::Verifier;

use super::certificate::issuer;

/// Nothing that this machine trusts has signed the certificate.
#[derive(Clone, Debug, thiserror::Error)]
#[error("{error}")]
pub(super) struct UnknownIssuer {
    /// Whom the topmost certificate that the server sent names. `None`: it names no one.
    pub(super) issuer: Option<String>,
    error: Error,
}

/// TLS as the HTTP client would configure it itself, but for the error of an unknown authority.
pub(super) fn tls() -> anyhow::Result<ClientConfig> {
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let verifier = Naming(Verifier::new(Arc::clone(&provider))?);
    let config = ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()?
        .dangerous()
        .with_custom_certificate_verifier(Arc::new(verifier))
        .with_no_client_auth();
    Ok(config)
}

/// Decides nothing: the platform's verifier does.
#[derive(Debug)]
struct Naming(Verifier);

impl ServerCertVerifier for Naming {
    fn verify_server_cert(
        &self,
        end_entity: &CertificateDer<'_>,
        intermediates: &[CertificateDer<'_>],
        server_name: &ServerName<'_>,
        ocsp_response: &[u8],
        now: UnixTime,
    ) -> Result<ServerCertVerified, Error> {
        let verified = self
            .0
            .verify_server_cert(end_entity, intermediates, server_name, ocsp_response, now);
        verified.map_err(|error| {
            if !is_untrusted(&error) {
                return error;
            }
            let topmost = intermediates.last().unwrap_or(end_entity);
            let unknown = UnknownIssuer {
                issuer: issuer(topmost),
                error,
            };
            Error::InvalidCertificate(CertificateError::Other(OtherError(Arc::new(unknown))))
        })
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        self.0.verify_tls12_signature(message, certificate, signature)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        self.0.verify_tls13_signature(message, certificate, signature)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.0.supported_verify_schemes()
    }
}

/// Whether a certificate is valid, but for its authority.
pub(super) fn is_untrusted(error: &Error) -> bool {
    use CertificateError as Bad;
    let Error::InvalidCertificate(why) = error else {
        return false;
    };
    !matches!(
        why,
        Bad::Expired
            | Bad::ExpiredContext { .. }
            | Bad::NotValidYet
            | Bad::NotValidYetContext { .. }
            | Bad::NotValidForName
            | Bad::NotValidForNameContext { .. }
            | Bad::Revoked
    )
}
