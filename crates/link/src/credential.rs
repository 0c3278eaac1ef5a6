//! Credentials: what a broker asks of whoever connects, where it is not open to everybody.

use subtle::ConstantTimeEq;
use zeroize::{Zeroize, ZeroizeOnDrop, Zeroizing};

/// The longest text that is read, in bytes.
const CREDENTIAL_MAX: usize = 8192;
/// The letters of an NKEY's seed.
const SEED_LEN: usize = 58;

/// One way to be known to a NATS broker.
///
/// ```
/// use sotto_link::Credential;
///
/// let credential = Credential::parse("user:ada:secret")?;
/// assert_eq!(credential.text().as_str(), "user:ada:secret");
/// assert_eq!(format!("{credential:?}"), "Credential(..)");
/// # Ok::<(), sotto_link::CredentialError>(())
/// ```
#[derive(Clone, Zeroize, ZeroizeOnDrop)]
pub enum Credential {
    /// A user's name, which has no colon, and password: `user:<name>:<password>`.
    User {
        /// The name.
        name: String,
        /// The password, which may be empty.
        password: String,
    },
    /// A token that all who have it share: `token:<token>`.
    Token(String),
    /// The seed of an NKEY, of which the broker knows the public key: `nkey:<seed>`.
    Nkey {
        /// The seed, `SU...`.
        seed: String,
    },
    /// A user's JWT, and the seed of the NKEY that it is for: `jwt:<jwt>:<seed>`.
    Jwt {
        /// What the account has signed.
        jwt: String,
        /// The seed, `SU...`.
        seed: String,
    },
}

/// Why a text is no credential. What it says is not repeated: there is a secret in it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum CredentialError {
    /// It is of no kind that is known.
    #[error(
        "credentials are user:<name>:<password>, token:<token>, nkey:<seed>, jwt:<jwt>:<seed>, or \
         what stands in a .creds file"
    )]
    Kind,
    /// A name is empty, or no password follows it.
    #[error("credentials of a user are user:<name>:<password>")]
    User,
    /// The token is empty.
    #[error("a token is not empty")]
    Token,
    /// There is another seed than a user's.
    #[error("the seed of a user's NKEY is SU and {} more letters and digits", SEED_LEN - 2)]
    Seed,
    /// This is no JWT.
    #[error("a JWT has three parts, with a dot between each two")]
    Jwt,
    /// A line break, or another control character.
    #[error("credentials stand on one line, or in a .creds file")]
    Control,
    /// Nobody's credentials have this length.
    #[error("credentials have at most {CREDENTIAL_MAX} bytes")]
    TooLong,
}

impl Credential {
    /// Reads the form on one line, or what stands in a `.creds` file.
    ///
    /// # Errors
    /// When it is neither.
    pub fn parse(text: &str) -> Result<Self, CredentialError> {
        if text.len() > CREDENTIAL_MAX {
            return Err(CredentialError::TooLong);
        }
        let line = text.trim_matches(['\r', '\n']);
        let (kind, rest) = line.split_once(':').unwrap_or_default();
        let credential = match kind {
            "user" => {
                let (name, password) = rest
                    .split_once(':')
                    .filter(|(name, _)| !name.is_empty())
                    .ok_or(CredentialError::User)?;
                Self::User { name: name.to_owned(), password: password.to_owned() }
            }
            "token" if rest.is_empty() => return Err(CredentialError::Token),
            "token" => Self::Token(rest.to_owned()),
            "nkey" => Self::Nkey { seed: seed(rest)? },
            "jwt" => {
                let (token, key) = rest.split_once(':').ok_or(CredentialError::Jwt)?;
                Self::Jwt { jwt: jwt(token)?, seed: seed(key)? }
            }
            _ => return Self::of_creds(text),
        };
        match line.chars().any(char::is_control) {
            true => Err(CredentialError::Control),
            false => Ok(credential),
        }
    }

    /// Reads a `.creds` file, also one whose line breaks are lost.
    fn of_creds(text: &str) -> Result<Self, CredentialError> {
        let token = block(text, "NATS USER JWT").ok_or(CredentialError::Kind)?;
        let key = block(text, "USER NKEY SEED").ok_or(CredentialError::Seed)?;
        Ok(Self::Jwt { jwt: jwt(token)?, seed: seed(key)? })
    }

    /// On one line, as a link carries it.
    #[must_use]
    pub fn text(&self) -> Zeroizing<String> {
        Zeroizing::new(match self {
            Self::User { name, password } => format!("user:{name}:{password}"),
            Self::Token(token) => format!("token:{token}"),
            Self::Nkey { seed } => format!("nkey:{seed}"),
            Self::Jwt { jwt, seed } => format!("jwt:{jwt}:{seed}"),
        })
    }
}

/// What stands between the marks of a block. Neither a JWT nor a seed begins or ends with a hyphen: the
/// last letter of an Ed25519 signature has two bits.
fn block<'a>(text: &'a str, name: &str) -> Option<&'a str> {
    let (_, rest) = text.split_once(&format!("BEGIN {name}"))?;
    let (inside, _) = rest.split_once(&format!("END {name}"))?;
    Some(inside.trim_matches(|c: char| c == '-' || c.is_whitespace()))
}

fn seed(text: &str) -> Result<String, CredentialError> {
    let is_base32 = |byte| matches!(byte, b'A'..=b'Z' | b'2'..=b'7');
    let is_seed = text.len() == SEED_LEN && text.starts_with("SU") && text.bytes().all(is_base32);
    is_seed.then(|| text.to_owned()).ok_or(CredentialError::Seed)
}

fn jwt(text: &str) -> Result<String, CredentialError> {
    let is_part = |part: &str| {
        let is_base64 = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_');
        !part.is_empty() && part.bytes().all(is_base64)
    };
    let is_jwt = text.split('.').count() == 3 && text.split('.').all(is_part);
    is_jwt.then(|| text.to_owned()).ok_or(CredentialError::Jwt)
}

impl PartialEq for Credential {
    fn eq(&self, other: &Self) -> bool {
        self.text().as_bytes().ct_eq(other.text().as_bytes()).into()
    }
}

impl std::fmt::Debug for Credential {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Credential(..)")
    }
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;
    use proptest::prelude::*;

    const SEED: &str = "SUAMK2FG4MI6UE3ACF3FK3OIQBCEIEZV7NSWFFEW63UXMRLFM2XLAXK4GY";
    const JWT: &str = "eyJ0eXAiOiJKV1QifQ.eyJuYW1lIjoiYWRhIn0.c2ln-bmF0_dXJl";

    pub(in super::super) fn any_credential() -> impl Strategy<Value = Credential> {
        let seed = "SU[A-Z2-7]{56}";
        let jwt = r"eyJ[\w-]{0,60}\.[a-zA-Z0-9_-]{1,60}\.[a-zA-Z0-9_-]{0,60}[AQgw]"
            .prop_filter("in ASCII", |jwt: &String| jwt.is_ascii());
        prop_oneof![
            (r"[^:\pC]{1,20}", r"\PC{0,20}")
                .prop_map(|(name, password)| Credential::User { name, password }),
            r"\PC{1,20}".prop_map(Credential::Token),
            seed.prop_map(|seed| Credential::Nkey { seed }),
            (jwt, seed).prop_map(|(jwt, seed)| Credential::Jwt { jwt, seed }),
        ]
    }

    /// As `nsc` writes it.
    fn creds(jwt: &str, seed: &str) -> String {
        format!(
            "-----BEGIN NATS USER JWT-----\n{jwt}\n------END NATS USER JWT------\n\n\
             ************************* IMPORTANT *************************\n\
             NKEY Seed printed below can be used to sign and prove identity.\n\n\
             -----BEGIN USER NKEY SEED-----\n{seed}\n------END USER NKEY SEED------\n"
        )
    }

    proptest! {
        #[test]
        fn what_is_written_is_read(credential in any_credential()) {
            let text = credential.text();
            prop_assert_eq!(Credential::parse(&text), Ok(credential.clone()));
            prop_assert_eq!(Credential::parse(&format!("{}\r\n", text.as_str())), Ok(credential));
        }

        #[test]
        fn any_text_is_read_or_refused(
            text in "((user|token|nkey|jwt):)?.{0,40}((BEGIN|END) (NATS USER JWT|USER NKEY SEED).{0,9}){0,4}",
        ) {
            let _ = Credential::parse(&text);
        }
    }

    #[test]
    fn a_creds_file_is_read_as_it_is_and_without_its_line_breaks() {
        let jwt = Credential::Jwt { jwt: JWT.to_owned(), seed: SEED.to_owned() };
        for text in [creds(JWT, SEED), creds(JWT, SEED).replace('\n', "\r\n")] {
            assert_eq!(Credential::parse(&text), Ok(jwt.clone()));
            assert_eq!(Credential::parse(&text.replace(['\r', '\n'], "")), Ok(jwt.clone()));
        }
        assert_eq!(Credential::parse(&creds(JWT, "SUA")), Err(CredentialError::Seed));
        assert_eq!(Credential::parse(&creds("ada", SEED)), Err(CredentialError::Jwt));
    }

    #[test]
    fn what_is_wrong_is_named() {
        for (text, error) in [
            ("", CredentialError::Kind),
            ("ada:secret", CredentialError::Kind),
            (SEED, CredentialError::Kind),
            ("user:ada", CredentialError::User),
            ("user::secret", CredentialError::User),
            ("user:ada:se\ncret", CredentialError::Control),
            ("token:", CredentialError::Token),
            (&format!("nkey:{}", SEED.replace("SU", "SA")), CredentialError::Seed),
            (&format!("nkey:{}", &SEED[1..]), CredentialError::Seed),
            (&format!("jwt:{JWT}"), CredentialError::Jwt),
            (&format!("jwt:{JWT}.x:{SEED}"), CredentialError::Jwt),
            (&format!("jwt:{JWT}:"), CredentialError::Seed),
            (&format!("token:{}", "x".repeat(CREDENTIAL_MAX)), CredentialError::TooLong),
        ] {
            assert_eq!(Credential::parse(text), Err(error), "{text}");
        }
    }

    #[test]
    fn a_credential_does_not_print() {
        let credential = Credential::parse("user:ada:secret").unwrap();
        assert_eq!(format!("{credential:?}"), "Credential(..)");
        let refused = Credential::parse("user:secret").unwrap_err();
        assert!(!format!("{refused} {refused:?}").contains("secret"));
    }
}
