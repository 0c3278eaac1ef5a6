//! The networks that the roles of a session compute with.

use std::fmt;
use std::rc::Rc;

use super::Error;
use sotto_network::Network;

/// The networks that the roles of a session know, by the names that go over the wire. All of them take images of one
/// size and tell classes of one number apart, so that what a client or a silo shares fits each of them.
#[derive(Clone)]
pub struct Catalogue {
    inputs: usize,
    outputs: usize,
    by_name: Rc<ByName>,
}

type ByName = dyn Fn(&str) -> Option<Network>;

impl Catalogue {
    /// Networks with so many `inputs` and `outputs`; `by_name` finds one.
    #[must_use]
    pub fn new(
        inputs: usize,
        outputs: usize,
        by_name: impl Fn(&str) -> Option<Network> + 'static,
    ) -> Self {
        Self { inputs, outputs, by_name: Rc::new(by_name) }
    }

    /// This network alone.
    #[must_use]
    pub fn of(name: &str, network: Network) -> Self {
        let (inputs, outputs) = (size(network.input_shape()), size(network.output_shape()));
        let known = name.to_owned();
        Self::new(inputs, outputs, move |name| (name == known).then(|| network.clone()))
    }

    /// Values of an image.
    #[must_use]
    pub fn inputs(&self) -> usize {
        self.inputs
    }

    /// Classes.
    #[must_use]
    pub fn outputs(&self) -> usize {
        self.outputs
    }

    /// The network of this name.
    ///
    /// # Errors
    /// [`Error::Network`] when there is none, or it has other inputs or outputs.
    pub fn network(&self, name: &str) -> Result<Network, Error> {
        let fits = |network: &Network| {
            size(network.input_shape()) == self.inputs
                && size(network.output_shape()) == self.outputs
        };
        (self.by_name)(name).filter(fits).ok_or_else(|| Error::Network(name.to_owned()))
    }
}

fn size(shape: &[usize]) -> usize {
    shape.iter().product()
}

impl fmt::Debug for Catalogue {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Catalogue({} inputs, {} outputs)", self.inputs, self.outputs)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use sotto_network::Layer;

    #[test]
    fn networks_are_found_by_name_and_fit() {
        let of = |inputs| Network::new(&[inputs], vec![Layer::linear(inputs, 3)]).ok();
        let catalogue = Catalogue::new(7, 3, move |name| of(name.len()));
        assert!(catalogue.network("sevenxx").is_ok());
        assert_eq!(catalogue.network("six666"), Err(Error::Network("six666".to_owned())));
        assert_eq!(catalogue.network(""), Err(Error::Network(String::new())));
        let one = Catalogue::of("mine", catalogue.network("sevenxx").unwrap());
        assert_eq!((one.inputs(), one.outputs()), (7, 3));
        assert!(one.network("mine").is_ok() && one.network("sevenxx").is_err());
    }
}
