//! Web Locks: who is the aggregator, and which workers live.
//!
//! A page holds its locks until it closes, crashes or is reloaded; the browser itself
//! lets go of them. That makes a lock a better sign of life than any message.

use std::time::Duration;

use js_sys::{Function, Object, Promise, Reflect};
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::JsFuture;

use super::environment::sleep;

#[wasm_bindgen]
extern "C" {
    type Locks;

    #[wasm_bindgen(thread_local_v2, js_namespace = navigator, js_name = locks)]
    static LOCKS: Option<Locks>;

    #[wasm_bindgen(method, catch)]
    fn request(
        this: &Locks,
        name: &str,
        options: &Object,
        callback: &JsValue,
    ) -> Result<Promise, JsValue>;
}

/// A page that is being reloaded lets go of its lock a moment after the new one asks.
const PATIENCE: [u64; 5] = [0, 50, 100, 250, 600];

/// Takes a lock for as long as this worker lives; `false` when another page has it.
///
/// # Errors
/// When the browser has no locks.
pub(super) async fn hold(name: &str) -> Result<bool, JsValue> {
    for wait in PATIENCE {
        sleep(Duration::from_millis(wait)).await;
        if try_hold(name).await? {
            return Ok(true);
        }
    }
    Ok(false)
}

/// A lock that is held until this is dropped.
pub(super) struct Held(Function);

impl Drop for Held {
    fn drop(&mut self) {
        drop(self.0.call0(&JsValue::NULL));
    }
}

/// Takes a lock on behalf of somebody elsewhere, as its sign of life here; nothing when somebody here has it.
///
/// # Errors
/// When the browser has no locks.
pub(super) async fn stand_in(name: &str) -> Result<Option<Held>, JsValue> {
    for wait in PATIENCE {
        sleep(Duration::from_millis(wait)).await;
        let mut release = None;
        let until = Promise::new(&mut |resolve, _| release = Some(resolve));
        if ask(name, &until).await? {
            return Ok(release.map(Held));
        }
    }
    Ok(None)
}

/// Takes a lock if it is free, for as long as this worker lives.
async fn try_hold(name: &str) -> Result<bool, JsValue> {
    ask(name, &Promise::new(&mut |_, _| {})).await
}

/// Takes a lock if it is free, until a promise is resolved.
async fn ask(name: &str, until: &Promise) -> Result<bool, JsValue> {
    let options = Object::new();
    Reflect::set(&options, &"ifAvailable".into(), &true.into())?;
    let answer = Promise::new(&mut |resolve, _| {
        let until = until.clone();
        let granted = Closure::once_into_js(move |lock: JsValue| -> JsValue {
            let held = !lock.is_null();
            drop(resolve.call1(&JsValue::NULL, &held.into()));
            match held {
                true => until.into(),
                false => JsValue::UNDEFINED,
            }
        });
        request(name, &options, &granted);
    });
    Ok(JsFuture::from(answer).await? == JsValue::TRUE)
}

/// Waits until nobody holds a lock.
///
/// # Errors
/// When the browser has no locks.
pub(super) async fn free(name: &str) -> Result<(), JsValue> {
    let answer = Promise::new(&mut |resolve, _| {
        let granted = Closure::once_into_js(move |_: JsValue| {
            drop(resolve.call0(&JsValue::NULL));
        });
        request(name, &Object::new(), &granted);
    });
    JsFuture::from(answer).await.map(drop)
}

/// Whether this browser has locks at all.
pub(super) fn supported() -> bool {
    LOCKS.with(Option::is_some)
}

fn request(name: &str, options: &Object, callback: &JsValue) {
    // Refused only for names that begin with a hyphen and pages without an origin; the
    // callers have asked `supported` before.
    LOCKS.with(|locks| locks.as_ref().map(|locks| locks.request(name, options, callback)));
}
