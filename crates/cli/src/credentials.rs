//! Credentials for a broker: the files they stand in, and how the client shows them.

use std::fs;
use std::path::Path;
use std::sync::Arc;

use async_nats::{AuthError, ConnectOptions};
use nkeys::KeyPair;
use sotto_link::Credential;
use zeroize::Zeroizing;

/// What stands in a file, if one is named.
pub(crate) fn read(file: Option<&Path>) -> Result<Option<Credential>, String> {
    let Some(file) = file else { return Ok(None) };
    let wrong = |error: &dyn std::fmt::Display| format!("{}: {error}", file.display());
    let text = fs::read_to_string(file).map(Zeroizing::new).map_err(|error| wrong(&error))?;
    Credential::parse(&text).map(Some).map_err(|error| wrong(&error))
}

/// A client that shows this to the broker.
pub(crate) fn options(credential: Option<&Credential>) -> Result<ConnectOptions, String> {
    let options = ConnectOptions::new();
    Ok(match credential {
        None => options,
        Some(Credential::User { name, password }) => {
            options.user_and_password(name.clone(), password.clone())
        }
        Some(Credential::Token(token)) => options.token(token.clone()),
        Some(Credential::Nkey { seed }) => {
            key_pair(seed)?;
            options.nkey(seed.clone())
        }
        Some(Credential::Jwt { jwt, seed }) => {
            let pair = Arc::new(key_pair(seed)?);
            options.jwt(jwt.clone(), move |nonce| {
                let signature = pair.sign(&nonce).map_err(AuthError::new);
                std::future::ready(signature)
            })
        }
    })
}

/// Of a mistyped seed the client would say no more than that it cannot sign.
fn key_pair(seed: &str) -> Result<KeyPair, String> {
    KeyPair::from_seed(seed).map_err(|_| "the credentials' seed is mistyped".to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_mistyped_seed_is_told_of() {
        let seed = KeyPair::new_user().seed().unwrap();
        let credential = |seed: &str| Credential::Nkey { seed: seed.to_owned() };
        assert!(options(Some(&credential(&seed))).is_ok());
        let last = if seed.ends_with('A') { "B" } else { "A" };
        let mistyped = format!("{}{last}", &seed[..seed.len() - 1]);
        let refused = options(Some(&credential(&mistyped))).err().unwrap();
        assert!(!refused.contains("SU"), "{refused}");
    }

    #[test]
    fn a_file_that_is_not_there_is_named() {
        assert_eq!(read(None), Ok(None));
        let refused = read(Some(Path::new("no/such/file"))).unwrap_err();
        assert!(refused.starts_with("no/such/file: "), "{refused}");
    }
}
