//! Weights as a safetensors file, with PyTorch's names and shapes.

use safetensors::tensor::{Dtype, TensorView};
use safetensors::{SafeTensors, serialize};

use super::{Error, Network, Parameter, Weights, preset};

impl Weights {
    /// Writes the weights as a safetensors file that the Python library reads.
    ///
    /// # Errors
    /// [`Error::File`] when the library refuses a tensor.
    pub fn to_safetensors(&self, network: &Network) -> Result<Vec<u8>, Error> {
        let bytes: Vec<u8> = self.values().iter().flat_map(|v| v.to_le_bytes()).collect();
        let views: Vec<(String, TensorView<'_>)> = network
            .parameters()
            .into_iter()
            .map(|parameter| {
                let range = parameter.range();
                let data = &bytes[4 * range.start..4 * range.end];
                TensorView::new(Dtype::F32, parameter.shape, data)
                    .map(|view| (parameter.name, view))
            })
            .collect::<Result<_, _>>()
            .map_err(|error| Error::File(error.to_string()))?;
        serialize(views, None).map_err(|error| Error::File(error.to_string()))
    }

    /// Reads the weights of `network` from a safetensors file. The file may hold more.
    ///
    /// # Errors
    /// [`Error::File`] for a broken file or a tensor that is missing, of another type or
    /// of another shape; [`Error::NotFinite`].
    ///
    /// # Panics
    /// Never: values are cut into four bytes each.
    pub fn from_safetensors(network: &Network, file: &[u8]) -> Result<Self, Error> {
        let tensors =
            SafeTensors::deserialize(file).map_err(|error| Error::File(error.to_string()))?;
        let mut values = Vec::with_capacity(network.parameter_count());
        for parameter in network.parameters() {
            let name = &parameter.name;
            let tensor = tensors
                .tensor(name)
                .map_err(|_| Error::File(format!("there is no tensor {name}")))?;
            if tensor.dtype() != Dtype::F32 || tensor.shape() != parameter.shape {
                return Err(Error::File(format!(
                    "{name} is {:?} {:?}, the network's is F32 {:?}",
                    tensor.dtype(),
                    tensor.shape(),
                    parameter.shape
                )));
            }
            values.extend(
                tensor.data().chunks_exact(4).map(|b| {
                    f32::from_le_bytes(b.try_into().expect("chunks_exact gives four bytes"))
                }),
            );
        }
        Self::new(network, values)
    }
}

/// The preset whose weights a safetensors file holds, and the weights.
///
/// # Errors
/// [`Error::File`] when it holds no preset's, with what keeps it from the nearest;
/// [`Error::NotFinite`].
pub fn recognise(file: &[u8]) -> Result<(&'static str, Weights), Error> {
    let tensors = SafeTensors::deserialize(file)
        .map_err(|error| Error::File(format!("this is no safetensors file: {error}")))?;
    let nearest = preset::names()
        .into_iter()
        .filter_map(|name| Some((name, preset::by_name(name)?.network)))
        .max_by_key(|(_, network)| likeness(network, &tensors));
    let (name, network) = nearest.ok_or_else(|| Error::File("no network is known".to_owned()))?;
    match Weights::from_safetensors(&network, file) {
        Ok(weights) => Ok((name, weights)),
        Err(Error::File(reason)) => Err(Error::File(format!(
            "its tensors fit no network here; the nearest is {name}: {reason}"
        ))),
        Err(error) => Err(error),
    }
}

/// How many tensors fit, and how few more it would take.
fn likeness(network: &Network, tensors: &SafeTensors<'_>) -> (usize, std::cmp::Reverse<usize>) {
    let parameters = network.parameters();
    let fits = |parameter: &&Parameter| {
        tensors.tensor(&parameter.name).is_ok_and(|tensor| tensor.shape() == parameter.shape)
    };
    let fitting = parameters.iter().filter(fits).count();
    (fitting, std::cmp::Reverse(parameters.len() - fitting))
}

#[cfg(test)]
mod tests {
    use super::super::{Initialiser, preset};
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn the_file_follows_the_published_format() {
        // 8 bytes of header length, a JSON header, then the data: huggingface/safetensors.
        let network = preset("lenet5").unwrap().network;
        let weights = Initialiser::He.weights(&network, 3).unwrap();
        let file = weights.to_safetensors(&network).unwrap();
        let header_len = u64::from_le_bytes(file[..8].try_into().unwrap()) as usize;
        let header: serde_json::Value = serde_json::from_slice(&file[8..8 + header_len]).unwrap();
        let data = &file[8 + header_len..];
        assert_eq!(data.len(), 4 * 44_426);
        for parameter in network.parameters() {
            let entry = &header[&parameter.name];
            assert_eq!(entry["dtype"], "F32");
            assert_eq!(entry["shape"], serde_json::json!(parameter.shape));
            let start = entry["data_offsets"][0].as_u64().unwrap() as usize;
            let first = f32::from_le_bytes(data[start..start + 4].try_into().unwrap());
            assert_eq!(first, weights.values()[parameter.offset]);
        }
        assert_eq!(Weights::from_safetensors(&network, &file), Ok(weights));
    }

    #[test]
    fn another_networks_file_is_refused() {
        let linear = preset("linear").unwrap().network;
        let mlp = preset("mlp").unwrap().network;
        let file = Initialiser::He
            .weights(&linear, 3)
            .and_then(|weights| weights.to_safetensors(&linear))
            .unwrap();
        let error = Weights::from_safetensors(&mlp, &file).unwrap_err();
        assert!(error.to_string().contains("fc1.weight"), "{error}");
    }

    #[test]
    fn every_presets_file_is_recognised() {
        for name in preset::names() {
            let network = preset(name).unwrap().network;
            let weights = Initialiser::He.weights(&network, 3).unwrap();
            let file = weights.to_safetensors(&network).unwrap();
            assert_eq!(recognise(&file), Ok((name, weights)));
        }
    }

    #[test]
    fn the_reason_names_the_nearest_network_and_the_tensor() {
        let bytes = vec![0; 4 * 20 * 84];
        let view = |shape: Vec<usize>| {
            TensorView::new(
                Dtype::F32,
                shape.clone(),
                &bytes[..4 * shape.iter().product::<usize>()],
            )
        };
        let tensors = [
            ("conv1.weight", view(vec![6, 1, 5, 5]).unwrap()),
            ("fc3.weight", view(vec![20, 84]).unwrap()),
        ];
        let error = recognise(&serialize(tensors, None).unwrap()).unwrap_err().to_string();
        assert!(error.contains("lenet5") && error.contains("conv1.bias"), "{error}");
        let error = recognise(b"hello, this is a text").unwrap_err().to_string();
        assert!(error.contains("no safetensors file"), "{error}");
    }

    proptest! {
        #[test]
        fn hostile_files_are_errors(file in proptest::collection::vec(any::<u8>(), 0..200)) {
            let network = preset("linear").unwrap().network;
            prop_assert!(Weights::from_safetensors(&network, &file).is_err());
            prop_assert!(recognise(&file).is_err());
        }
    }
}
