//! Web Locks: who is the aggregator, and which workers live.
//!
//! A page holds its locks until it closes, crashes or is reloaded; the browser itself
//! lets go of them. That makes a lock a better sign of life than any message.
//!
//! Timers of hidden tabs are slow, and a crashed tab says no goodbye, so nobody pings.
//!
//! - A worker takes the lock of its inbox's name before its first message. The aggregator asks for the lock of every
//!   worker that joins; when it gets it, that worker is gone. Whoever joins without one counts as gone.
//! - The aggregator's lock makes it the only one of its room. A second page finds it taken, may watch, and is told
//!   when it is free.
//! - A tab with a role of a classification holds a lock, too. When that is free, the page takes the role back.
//!
//! A deadline is for workers that live and say nothing.

use std::time::Duration;

use js_sys::{Function, Object, Promise, Reflect};
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::JsFuture;

use super::environment::{settle, sleep};

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
    ) -> Result<Request, JsValue>;

    /// The promise of a request, which is kept when the lock is let go again.
    type Request;

    /// Has a function called with the reason if the request is refused.
    #[wasm_bindgen(method, js_name = "catch")]
    fn or_else(this: &Request, refused: &Function) -> JsValue;
}

/// A page that is being reloaded lets go of its lock a moment after the new one asks.
const WAITS_MS: [u64; 5] = [0, 50, 100, 250, 600];

/// Takes a lock for as long as this worker lives; `false` when another page has it.
///
/// # Errors
/// When the browser has no locks, or refuses them.
pub(super) async fn hold(name: &str) -> Result<bool, JsValue> {
    for wait in WAITS_MS {
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
        settle(&self.0, &JsValue::NULL);
    }
}

/// Takes a lock on behalf of somebody elsewhere, as its sign of life here; nothing when somebody here has it.
///
/// # Errors
/// When the browser has no locks, or refuses them.
pub(super) async fn stand_in(name: &str) -> Result<Option<Held>, JsValue> {
    for wait in WAITS_MS {
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
    let answer = Promise::new(&mut |resolve, reject| {
        let until = until.clone();
        let granted = Closure::once_into_js(move |lock: JsValue| -> JsValue {
            let held = !lock.is_null();
            settle(&resolve, &held.into());
            match held {
                true => until.into(),
                false => JsValue::UNDEFINED,
            }
        });
        request(name, &options, &granted, &reject);
    });
    Ok(JsFuture::from(answer).await? == JsValue::TRUE)
}

/// Waits until nobody holds a lock.
///
/// # Errors
/// When the browser has no locks, or refuses them.
pub(super) async fn free(name: &str) -> Result<(), JsValue> {
    let answer = Promise::new(&mut |resolve, reject| {
        let granted = Closure::once_into_js(move |_: JsValue| settle(&resolve, &JsValue::NULL));
        request(name, &Object::new(), &granted, &reject);
    });
    JsFuture::from(answer).await.map(drop)
}

/// Whether this browser has locks at all.
pub(super) fn supported() -> bool {
    LOCKS.with(Option::is_some)
}

/// Asks for a lock: `granted` is called when it is there, `refused` with the reason when it never will be, as on a
/// page without an origin.
fn request(name: &str, options: &Object, granted: &JsValue, refused: &Function) {
    LOCKS.with(|locks| match locks.as_ref().map(|locks| locks.request(name, options, granted)) {
        Some(Ok(request)) => {
            request.or_else(refused);
        }
        Some(Err(error)) => settle(refused, &error),
        None => settle(refused, &JsValue::from("this browser has no Web Locks")),
    });
}
