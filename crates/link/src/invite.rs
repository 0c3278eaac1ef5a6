//! Invitations: what a link says to whoever opens it, in its fragment, which browsers send to nobody.

use zeroize::Zeroizing;

use super::claim::{HOST, WORKER};
use super::credential::{Credential, CredentialError};
use super::frame::CLAIM_MAX;
use super::identity::Fingerprint;
use super::secret::RoomSecret;

/// The version of invitations. Those of version 1 did not name it, nor the host.
const VERSION: u32 = 2;
/// The longest invitation that is read, in bytes.
const INVITE_MAX: usize = 4096;
/// How a broker's address may begin.
const SCHEMES: [&str; 4] = ["nats://", "tls://", "ws://", "wss://"];

/// The way into a room: `#join=<secret>&v=2&host=<fingerprint>&broker=<address>&claim=<claim>`, and
/// `&auth=<credential>` where the broker asks for one.
///
/// ```
/// use sotto_link::Invite;
///
/// let link = "https://example.org/#join=000102030405060708090a0b0c0d0e0f&v=2\
///             &host=101112131415161718191a1b1c1d1e1f&broker=wss%3A%2F%2Fexample.org";
/// let invite = Invite::parse(link)?;
/// assert_eq!((invite.broker(), invite.claim()), ("wss://example.org", "worker"));
/// # Ok::<(), sotto_link::InviteError>(())
/// ```
#[derive(Clone, PartialEq)]
pub struct Invite {
    secret: RoomSecret,
    host: Fingerprint,
    broker: String,
    claim: String,
    credential: Option<Credential>,
}

/// Why a text is no invitation. What it says is not repeated: there may be a secret in it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum InviteError {
    /// There is no secret, or another than 32 hexadecimal digits.
    #[error("an invitation has join= and the room's secret, 32 hexadecimal digits")]
    Secret,
    /// It is of an older version: it does not say whose page it leads to.
    #[error(
        "this invitation has version {found}, and {VERSION} is read here: it does not say which host is meant. Ask for a \
         new one"
    )]
    Old {
        /// Its version.
        found: u32,
    },
    /// It is of a newer version.
    #[error("this invitation has version {found}, and {VERSION} is read here: take a newer Sotto")]
    New {
        /// Its version.
        found: u32,
    },
    /// It names no version that can be.
    #[error("an invitation has v= and its version, which is {VERSION}")]
    Version,
    /// There is no host's fingerprint, or another than 32 hexadecimal digits.
    #[error("an invitation has host= and the fingerprint of the host, 32 hexadecimal digits")]
    Host,
    /// There is no broker, or another address than a broker's.
    #[error("an invitation has broker= and its address, such as wss://broker.example")]
    Broker,
    /// The claim is too long, or the host's.
    #[error("what an invitation is for has at most {CLAIM_MAX} bytes, and is not “{HOST}”")]
    Claim,
    /// There is a credential, and it cannot be read.
    #[error("auth= in an invitation: {0}")]
    Credential(#[from] CredentialError),
    /// Nobody writes an invitation of this length.
    #[error("an invitation has at most {INVITE_MAX} bytes")]
    TooLong,
}

impl Invite {
    /// Into the room of `secret` and of the host with this fingerprint, over `broker`, as one who claims to be `claim`.
    ///
    /// # Errors
    /// When this is no broker's address, or the claim is too long, or the host's.
    pub fn new(
        (secret, host): (RoomSecret, Fingerprint),
        broker: &str,
        claim: &str,
    ) -> Result<Self, InviteError> {
        let address = SCHEMES.iter().find_map(|scheme| broker.strip_prefix(scheme));
        let is_address = address.is_some_and(|address| !address.is_empty())
            && !broker.chars().any(|c| c.is_whitespace() || c.is_control());
        if !is_address {
            return Err(InviteError::Broker);
        }
        if claim.len() > CLAIM_MAX || claim == HOST {
            return Err(InviteError::Claim);
        }
        let (broker, claim) = (broker.to_owned(), claim.to_owned());
        Self { secret, host, broker, claim, credential: None }.bounded()
    }

    /// With this for the broker, which whoever has the link may then use.
    ///
    /// # Errors
    /// When it becomes too long.
    pub fn with_credential(mut self, credential: Option<Credential>) -> Result<Self, InviteError> {
        self.credential = credential;
        self.bounded()
    }

    fn bounded(self) -> Result<Self, InviteError> {
        match self.fragment().len() <= INVITE_MAX {
            true => Ok(self),
            false => Err(InviteError::TooLong),
        }
    }

    /// Reads a whole link, or its fragment alone, with its `#` or without. Parameters of other names are
    /// left to others.
    ///
    /// # Errors
    /// When it is no invitation.
    pub fn parse(text: &str) -> Result<Self, InviteError> {
        if text.len() > INVITE_MAX {
            return Err(InviteError::TooLong);
        }
        let fragment = text.split_once('#').map_or(text, |(_, fragment)| fragment).trim();
        let value = |name: &str| {
            form_urlencoded::parse(fragment.as_bytes())
                .find(|(found, _)| found == name)
                .map(|(_, value)| Zeroizing::new(value.into_owned()))
        };
        // A link with another secret is refused below, like one without.
        let secret = value("join").and_then(|secret| RoomSecret::parse(&secret).ok());
        let secret = secret.ok_or(InviteError::Secret)?;
        let version = value("v").map_or(Ok(1), |text| text.parse());
        match version.map_err(|_| InviteError::Version)? {
            VERSION => {}
            found if found < VERSION => return Err(InviteError::Old { found }),
            found => return Err(InviteError::New { found }),
        }
        let host = value("host").and_then(|host| Fingerprint::parse(&host));
        let host = host.ok_or(InviteError::Host)?;
        let broker = value("broker").ok_or(InviteError::Broker);
        let claim = value("claim");
        let claim = claim.as_ref().map_or(WORKER, |claim| claim.as_str());
        let credential = value("auth").map(|text| Credential::parse(&text)).transpose()?;
        Self::new((secret, host), broker?.as_str(), claim)?.with_credential(credential)
    }

    /// As a link has it, with its `#`.
    #[must_use]
    pub fn fragment(&self) -> Zeroizing<String> {
        let mut text = Zeroizing::new(format!(
            "#join={}&v={VERSION}&host={}",
            self.secret.text().as_str(),
            self.host
        ));
        let auth = self.credential.as_ref().map(Credential::text);
        let values = [("broker", &self.broker), ("claim", &self.claim)];
        for (name, value) in values.into_iter().chain(auth.as_deref().map(|auth| ("auth", auth))) {
            text.extend(["&", name, "="]);
            text.extend(form_urlencoded::byte_serialize(value.as_bytes()));
        }
        text
    }

    /// The room's secret.
    #[must_use]
    pub fn secret(&self) -> &RoomSecret {
        &self.secret
    }

    /// The room's secret, and who its host is.
    #[must_use]
    pub fn room(&self) -> (RoomSecret, Fingerprint) {
        (self.secret.clone(), self.host)
    }

    /// The broker's address.
    #[must_use]
    pub fn broker(&self) -> &str {
        &self.broker
    }

    /// What the broker is shown, if it asks for something.
    #[must_use]
    pub fn credential(&self) -> Option<&Credential> {
        self.credential.as_ref()
    }

    /// What whoever follows it says it is.
    #[must_use]
    pub fn claim(&self) -> &str {
        &self.claim
    }
}

impl std::fmt::Debug for Invite {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Invite(..)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::credential::tests::any_credential;
    use proptest::prelude::*;
    use sotto_core::entropy::Entropy;

    fn secret(byte: u8) -> RoomSecret {
        let mut entropy: Entropy = Box::new(move |bytes| bytes.fill(byte));
        RoomSecret::draw(&mut entropy)
    }

    fn room(byte: u8) -> (RoomSecret, Fingerprint) {
        let host = Fingerprint::parse(&format!("{byte:02x}").repeat(16)).unwrap();
        (secret(byte), host)
    }

    proptest! {
        #[test]
        fn what_is_written_is_read(
            byte: u8, broker in "(nats|tls|ws|wss)://[!-~é]{1,40}", claim in ".{0,40}",
            credential in proptest::option::of(any_credential()),
        ) {
            let invite = Invite::new(room(byte), &broker, &claim).unwrap();
            let invite = invite.with_credential(credential).unwrap();
            let link = format!("https://example.org/sotto/?rounds=3{}", invite.fragment().as_str());
            prop_assert_eq!(Invite::parse(&link), Ok(invite.clone()));
            prop_assert_eq!(Invite::parse(&invite.fragment()), Ok(invite.clone()));
            prop_assert_eq!(Invite::parse(&invite.fragment()[1..]), Ok(invite));
        }

        #[test]
        fn any_text_is_read_or_refused(
            text in "(.{0,9}#)?(join=[0-9a-f]{31,33}&)?(v=[0-9]{0,11}&)?(host=[0-9a-f]{31,33}&)?(auth=)?.{0,40}",
        ) {
            let _ = Invite::parse(&text);
        }
    }

    #[test]
    fn what_is_missing_is_named() {
        let join = format!("join={}&v=2&host={}", secret(7).text().as_str(), "ab".repeat(16));
        assert_eq!(Invite::parse("broker=ws%3A%2F%2Fhere"), Err(InviteError::Secret));
        assert_eq!(Invite::parse("join=12&broker=ws%3A%2F%2Fhere"), Err(InviteError::Secret));
        assert_eq!(Invite::parse(&join), Err(InviteError::Broker));
        for broker in ["http://here", "ws://", "here:4222", "ws%3A%2F%2Fhe%20re"] {
            let text = format!("{join}&broker={broker}");
            assert_eq!(Invite::parse(&text), Err(InviteError::Broker), "{broker}");
        }
        let claim = "x".repeat(CLAIM_MAX + 1);
        let text = format!("{join}&broker=ws://here&claim={claim}");
        assert_eq!(Invite::parse(&text), Err(InviteError::Claim));
        let here = format!("{join}&broker=ws://here");
        let refused = Invite::parse(&format!("{here}&auth=user:secret"));
        assert_eq!(refused, Err(InviteError::Credential(CredentialError::User)));
        let long = Credential::Token("x".repeat(INVITE_MAX));
        let refused = Invite::parse(&here).unwrap().with_credential(Some(long));
        assert_eq!(refused, Err(InviteError::TooLong));
        let text = format!("{join}&broker=ws://{}", "x".repeat(INVITE_MAX));
        assert_eq!(Invite::parse(&text), Err(InviteError::TooLong));
    }

    #[test]
    fn other_versions_are_named_with_the_one_that_is_read() {
        let join = format!("join={}", secret(7).text().as_str());
        let rest = format!("host={}&broker=ws%3A%2F%2Fhere", "ab".repeat(16));
        let parse = |text: &str| Invite::parse(text).map(|_| ());
        let first = parse(&format!("{join}&broker=ws%3A%2F%2Fhere"));
        assert_eq!(first, Err(InviteError::Old { found: 1 }));
        assert_eq!(parse(&format!("{join}&v=1&{rest}")), Err(InviteError::Old { found: 1 }));
        assert_eq!(parse(&format!("{join}&v=2&{rest}")), Ok(()));
        assert_eq!(parse(&format!("{join}&v=3&{rest}")), Err(InviteError::New { found: 3 }));
        assert_eq!(parse(&format!("{join}&v=two&{rest}")), Err(InviteError::Version));
        let told = InviteError::New { found: 3 }.to_string();
        assert!(told.contains("version 3, and 2 is read"), "{told}");
        for host in ["", "host=12&", &format!("host={}&", "xy".repeat(16))] {
            let text = format!("{join}&v=2&{host}broker=ws%3A%2F%2Fhere");
            assert_eq!(parse(&text), Err(InviteError::Host), "{host}");
        }
        let text = format!("{join}&v=2&{rest}&claim=host");
        assert_eq!(parse(&text), Err(InviteError::Claim));
    }

    #[test]
    fn an_invitation_does_not_print() {
        let invite = Invite::new(room(0xab), "ws://user:pass@here", WORKER).unwrap();
        assert_eq!(format!("{invite:?}"), "Invite(..)");
        assert!(!format!("{:?}", Invite::parse("join=abab")).contains("abab"));
    }
}
