//! Whom a certificate says that it was signed by: read for the message, never for a decision.

use crate::redact::strip::{cut, strip};

/// Longest name that is shown, in characters.
const LONGEST: usize = 60;

const SEQUENCE: u8 = 0x30;
const SET: u8 = 0x31;
const OBJECT_IDENTIFIER: u8 = 0x06;
/// The version of a certificate, which the first version leaves out.
const VERSION: u8 = 0xa0;
/// `id-at-commonName` and `id-at-organizationName`. <https://www.rfc-editor.org/rfc/rfc5280#appendix-A.1>
const COMMON_NAME: [u8; 3] = [0x55, 0x04, 0x03];
const ORGANIZATION: [u8; 3] = [0x55, 0x04, 0x0a];

/// The common name of the issuer, else its organization, of a certificate in DER.
/// <https://www.rfc-editor.org/rfc/rfc5280#section-4.1>
pub(super) fn issuer(certificate: &[u8]) -> Option<String> {
    let (whole, _) = element(certificate, SEQUENCE)?;
    let (mut signed, _) = element(whole, SEQUENCE)?;
    if let Some((_, rest)) = element(signed, VERSION) {
        signed = rest;
    }
    // The serial number and the signature's algorithm.
    let (_, _, rest) = any(signed)?;
    let (_, rest) = element(rest, SEQUENCE)?;
    let (mut names, _) = element(rest, SEQUENCE)?;
    let (mut common_name, mut organization) = (None, None);
    while let Some((set, rest)) = element(names, SET) {
        names = rest;
        let Some((kind, text)) = attribute(set) else { continue };
        match kind {
            kind if kind == COMMON_NAME => common_name = Some(text),
            kind if kind == ORGANIZATION => organization = Some(text),
            _ => {}
        }
    }
    let name = String::from_utf8_lossy(common_name.or(organization)?);
    let name = cut(&strip(&name.replace('`', "'")), LONGEST);
    (!name.trim().is_empty()).then(|| name.trim().to_owned())
}

/// The kind and the text of the first attribute of a set.
fn attribute(set: &[u8]) -> Option<(&[u8], &[u8])> {
    let (pair, _) = element(set, SEQUENCE)?;
    let (kind, rest) = element(pair, OBJECT_IDENTIFIER)?;
    let (_, text, _) = any(rest)?;
    Some((kind, text))
}

/// The content of the element that `der` begins with, if it is of that kind, and what follows it.
fn element(der: &[u8], kind: u8) -> Option<(&[u8], &[u8])> {
    let (found, content, rest) = any(der)?;
    (found == kind).then_some((content, rest))
}

/// Kind, content and rest. <https://www.itu.int/rec/T-REC-X.690>
fn any(der: &[u8]) -> Option<(u8, &[u8], &[u8])> {
    let (kind, rest) = der.split_first()?;
    let (first, rest) = rest.split_first()?;
    let (length, rest) = match first {
        0..=0x7f => (usize::from(*first), rest),
        0x81..=0x84 => {
            let (bytes, rest) = rest.split_at_checked(usize::from(first - 0x80))?;
            let length = bytes.iter().fold(0, |length, byte| length << 8 | usize::from(*byte));
            (length, rest)
        }
        _ => return None,
    };
    let (content, rest) = rest.split_at_checked(length)?;
    Some((*kind, content, rest))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::issuer;

    /// A certificate whose issuer has these attributes, as far as it is read.
    fn certificate(version: &[u8], attributes: &[(u8, &str)]) -> Vec<u8> {
        let wrap = |kind: u8, content: &[u8]| {
            let length = u8::try_from(content.len()).expect("short");
            let head: &[u8] = if length < 0x80 {
                &[kind, length]
            } else {
                &[kind, 0x81, length]
            };
            [head, content].concat()
        };
        let sets = attributes.iter().map(|(kind, text)| {
            let pair = [&[0x06, 0x03, 0x55, 0x04, *kind][..], &wrap(0x0c, text.as_bytes())].concat();
            wrap(0x31, &wrap(0x30, &pair))
        });
        let name = wrap(0x30, &sets.collect::<Vec<_>>().concat());
        let signed = [version, &[0x02, 0x01, 0x07], &[0x30, 0x00], &name].concat();
        wrap(0x30, &wrap(0x30, &signed))
    }

    #[test]
    fn the_issuer_is_named_by_its_common_name_or_its_organization() {
        const V3: &[u8] = &[0xa0, 0x03, 0x02, 0x01, 0x02];
        for (version, attributes, named) in [
            (V3, &[(0x0a, "Acme"), (0x03, "Acme Root CA")][..], Some("Acme Root CA")),
            (&[], &[(0x06, "DE"), (0x0a, "Acme")], Some("Acme")),
            (V3, &[(0x03, "a`b\u{1b}[31m\u{202e}c\nd")], Some("a'bc d")),
            (V3, &[(0x06, "DE")], None),
            (V3, &[(0x03, "  ")], None),
            (V3, &[], None),
        ] {
            let read = issuer(&certificate(version, attributes));
            assert_eq!(read.as_deref(), named, "{attributes:?}");
        }
    }

    proptest! {
        #[test]
        fn whatever_a_certificate_is_its_issuer_is_a_short_line_or_none(
            bytes in prop::collection::vec(any::<u8>(), 0..200),
            at in any::<prop::sample::Index>(),
        ) {
            let mut changed = certificate(&[], &[(0x0a, "Acme"), (0x03, "Acme Root CA")]);
            let at = at.index(changed.len());
            changed.splice(at..(at + bytes.len() % 4).min(changed.len()), bytes.iter().copied().take(3));
            for der in [&bytes, &changed] {
                if let Some(name) = issuer(der) {
                    prop_assert!(name.chars().count() <= super::LONGEST + 1, "{}", name);
                    prop_assert!(!name.contains(['\n', '\r', '`', '\u{1b}']), "{:?}", name);
                }
            }
        }
    }
}
