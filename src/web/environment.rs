//! What every role needs from its worker: time, turns of the event loop, randomness,
//! bytes from the network and a voice to the page.

use std::rc::Rc;
use std::time::Duration;

use js_sys::{Function, Promise, Uint8Array};
use serde::Serialize;
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::JsFuture;
use web_sys::{DedicatedWorkerGlobalScope, MessageChannel, Response, WorkerGlobalScope};

use sotto_federated::{Entropy, Millis};

#[wasm_bindgen]
extern "C" {
    #[wasm_bindgen(js_namespace = console, js_name = error)]
    fn log(what: &str, error: &JsValue);
}

/// Writes to the console what went wrong while nobody could be told of it.
pub(super) fn complain(doing: &str, error: &JsValue) {
    log(&format!("{doing}:"), error);
}

/// Calls a function that settles a promise.
pub(super) fn settle(function: &Function, value: &JsValue) {
    // Such functions throw nothing (ECMA-262, section 27.2.1.3).
    drop(function.call1(&JsValue::NULL, value));
}

/// The voice of a role: posts its events to the page.
#[derive(Clone)]
pub(super) struct EventSink(pub(super) Function);

impl EventSink {
    /// Posts one event.
    pub(super) fn event<T: Serialize>(&self, event: &T) {
        let serializer = serde_wasm_bindgen::Serializer::new()
            .serialize_maps_as_objects(true)
            .serialize_large_number_types_as_bigints(false);
        match event.serialize(&serializer) {
            Ok(value) => {
                // The script tells the page of what it cannot post; here nothing has failed.
                if let Err(error) = self.0.call1(&JsValue::NULL, &value) {
                    complain("an event was not shown", &error);
                }
            }
            Err(error) => wasm_bindgen::throw_str(&error.to_string()),
        }
    }
}

/// Ends this worker.
pub(super) fn close() {
    js_sys::global().unchecked_into::<DedicatedWorkerGlobalScope>().close();
}

fn scope() -> WorkerGlobalScope {
    js_sys::global().unchecked_into()
}

/// Milliseconds since this worker started.
pub(super) fn now() -> f64 {
    scope().performance().map_or(0.0, |clock| clock.now())
}

/// How long a role computes before messages have their turn, in milliseconds.
pub(super) const SLICE_MS: f64 = 30.0;

/// [`now`] for the machines.
pub(super) fn now_ms() -> Millis {
    now() as Millis
}

/// The operating system's randomness.
pub(super) fn entropy() -> Entropy {
    Box::new(fill)
}

fn fill(bytes: &mut [u8]) {
    // A browser without it cannot run anything here safely.
    if let Err(error) = getrandom::fill(bytes) {
        wasm_bindgen::throw_str(&format!("the system gives no randomness: {error}"));
    }
}

/// Milliseconds since the epoch, the same in all workers.
pub(super) fn epoch_clock() -> sotto_mpc::Clock {
    let origin = scope().performance().map_or(0.0, |clock| clock.time_origin());
    Rc::new(move || origin + now())
}

/// Milliseconds since the epoch.
pub(super) fn epoch_ms() -> u64 {
    js_sys::Date::now() as u64
}

/// Waits.
pub(super) async fn sleep(span: Duration) {
    let promise = Promise::new(&mut |resolve: Function, _| {
        let millis = i32::try_from(span.as_millis()).unwrap_or(i32::MAX);
        let set = scope().set_timeout_with_callback_and_timeout_and_arguments_0(&resolve, millis);
        if let Err(error) = set {
            complain("there is no timer, so nothing is waited for", &error);
            settle(&resolve, &JsValue::NULL);
        }
    });
    until(promise).await;
}

/// Waits for a promise that nobody can reject.
async fn until(promise: Promise) {
    // So there is no error here.
    drop(JsFuture::from(promise).await);
}

/// Lets the messages that have arrived be handled before going on.
///
/// A message to oneself comes at once, where timers are slowed to 4 ms and, in hidden
/// pages, to a second.
pub(super) async fn turn() {
    // Without channels a timer does, if later.
    let Ok(channel) = MessageChannel::new() else {
        return sleep(Duration::ZERO).await;
    };
    let promise = Promise::new(&mut |resolve: Function, _| {
        channel.port1().set_onmessage(Some(&resolve));
        if let Err(error) = channel.port2().post_message(&JsValue::NULL) {
            complain("messages have no turn of their own", &error);
            settle(&resolve, &JsValue::NULL);
        }
    });
    until(promise).await;
    channel.port1().close();
}

/// Says what a panic says, where the page would otherwise hear of an "unreachable" alone.
#[wasm_bindgen(start)]
fn explain_panics() {
    std::panic::set_hook(Box::new(|panic| wasm_bindgen::throw_str(&panic.to_string())));
}

/// The largest file that is taken; ours have at most 160 kB.
const FILE_MAX: u32 = 4 << 20;
/// How often a failed fetch is tried.
const TRIES: u32 = 3;

/// Fetches a file of this site.
///
/// # Errors
/// In words, with the address.
pub(super) async fn fetch(url: &str) -> Result<Vec<u8>, String> {
    let mut tried = 0;
    loop {
        tried += 1;
        match fetch_once(url).await {
            // Of failures in a row the last one is told.
            Err(_) if tried < TRIES => sleep(Duration::from_millis(300 << tried)).await,
            Err(error) => return Err(format!("{url}: {}", words(&error))),
            Ok(bytes) => return Ok(bytes),
        }
    }
}

async fn fetch_once(url: &str) -> Result<Vec<u8>, JsValue> {
    let response: Response = JsFuture::from(scope().fetch_with_str(url)).await?.dyn_into()?;
    if !response.ok() {
        return Err(JsValue::from_str(&format!("the server says {}", response.status())));
    }
    let buffer = JsFuture::from(response.array_buffer()?).await?;
    let bytes = Uint8Array::new(&buffer);
    if bytes.length() > FILE_MAX {
        return Err(JsValue::from_str("the file is too large"));
    }
    Ok(bytes.to_vec())
}

/// What a JavaScript error says.
pub(super) fn words(error: &JsValue) -> String {
    let message = error.dyn_ref::<js_sys::Error>().map(|error| String::from(error.message()));
    message.or_else(|| error.as_string()).unwrap_or_else(|| format!("{error:?}"))
}
