//! The kinds of layers, and the shape each makes of the shape it is given.

/// One step of a network.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Layer {
    /// A 2-D convolution (cross-correlation) with a bias per output channel.
    Conv2d(Conv2d),
    /// `y = x W^T + b`.
    Linear(Linear),
    /// `max(x, 0)`.
    Relu,
    /// The largest value of every window.
    MaxPool(Pool),
    /// The mean of every window.
    AvgPool(Pool),
    /// `[c, h, w]` to `[c * h * w]`, row by row.
    Flatten,
}

/// A square-kernel convolution of stride 1.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Conv2d {
    /// Channels that enter.
    pub inputs: usize,
    /// Channels that leave.
    pub outputs: usize,
    /// The kernel's side.
    pub kernel: usize,
    /// What stands around the image.
    pub padding: Padding,
}

/// What a convolution sees beyond the image's edge.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Padding {
    /// Nothing: the output is `kernel - 1` smaller.
    Valid,
    /// Zeros, so that the output is as large as the input; the kernel's side is odd.
    Same,
}

/// A fully connected layer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Linear {
    /// Features that enter.
    pub inputs: usize,
    /// Features that leave.
    pub outputs: usize,
}

/// Square windows that do not overlap; rows and columns left over at the edge are dropped.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Pool {
    /// The window's side and its stride.
    pub size: usize,
}

impl Conv2d {
    /// Zeros on each side of the image.
    #[must_use]
    pub fn margin(&self) -> usize {
        match self.padding {
            Padding::Valid => 0,
            Padding::Same => self.kernel / 2,
        }
    }
}

impl Layer {
    /// A convolution without padding.
    #[must_use]
    pub fn conv(inputs: usize, outputs: usize, kernel: usize) -> Self {
        Self::Conv2d(Conv2d { inputs, outputs, kernel, padding: Padding::Valid })
    }

    /// A convolution that keeps the image's size.
    #[must_use]
    pub fn conv_same(inputs: usize, outputs: usize, kernel: usize) -> Self {
        Self::Conv2d(Conv2d { inputs, outputs, kernel, padding: Padding::Same })
    }

    /// A fully connected layer.
    #[must_use]
    pub fn linear(inputs: usize, outputs: usize) -> Self {
        Self::Linear(Linear { inputs, outputs })
    }

    /// A max pool of side `size`.
    #[must_use]
    pub fn max_pool(size: usize) -> Self {
        Self::MaxPool(Pool { size })
    }

    /// An average pool of side `size`.
    #[must_use]
    pub fn avg_pool(size: usize) -> Self {
        Self::AvgPool(Pool { size })
    }

    /// The stem of the layer's name.
    #[must_use]
    pub fn kind(&self) -> &'static str {
        match self {
            Self::Conv2d(_) => "conv",
            Self::Linear(_) => "fc",
            Self::Relu => "relu",
            Self::MaxPool(_) | Self::AvgPool(_) => "pool",
            Self::Flatten => "flatten",
        }
    }

    /// The weight tensors: PyTorch's names and shapes, `weight` before `bias`.
    #[must_use]
    pub fn parameters(&self) -> Vec<(&'static str, Vec<usize>)> {
        match self {
            Self::Conv2d(c) => vec![
                ("weight", vec![c.outputs, c.inputs, c.kernel, c.kernel]),
                ("bias", vec![c.outputs]),
            ],
            Self::Linear(l) => {
                vec![("weight", vec![l.outputs, l.inputs]), ("bias", vec![l.outputs])]
            }
            Self::Relu | Self::MaxPool(_) | Self::AvgPool(_) | Self::Flatten => Vec::new(),
        }
    }

    /// The shape that leaves for the shape that enters, or what does not fit.
    pub(super) fn output_shape(&self, input: &[usize]) -> Result<Vec<usize>, String> {
        let image = || match *input {
            [channels, height, width] if channels * height * width > 0 => {
                Ok((channels, height, width))
            }
            _ => Err("needs an image of channels, height and width".to_owned()),
        };
        match self {
            Self::Conv2d(conv) => conv.output_shape(image()?),
            Self::Linear(Linear { inputs, outputs }) => match *input {
                [features] if features == *inputs && features * outputs > 0 => Ok(vec![*outputs]),
                [_] => Err(format!("takes {inputs} features and gives {outputs}")),
                _ => Err("needs a flat vector of features; flatten first".to_owned()),
            },
            Self::Relu => Ok(input.to_vec()),
            Self::MaxPool(Pool { size }) | Self::AvgPool(Pool { size }) => {
                let (channels, height, width) = image()?;
                if *size == 0 || *size > height || *size > width {
                    return Err(format!("pools windows of {size}x{size}"));
                }
                Ok(vec![channels, height / size, width / size])
            }
            Self::Flatten => Ok(vec![input.iter().product()]),
        }
    }
}

impl Conv2d {
    fn output_shape(
        &self,
        (channels, height, width): (usize, usize, usize),
    ) -> Result<Vec<usize>, String> {
        if channels != self.inputs {
            return Err(format!("takes {} channels", self.inputs));
        }
        if self.kernel == 0 || self.outputs == 0 {
            return Err("has an empty kernel".to_owned());
        }
        if self.padding == Padding::Same && self.kernel.is_multiple_of(2) {
            return Err(format!("keeps the size only with an odd kernel, not {}", self.kernel));
        }
        let shrink = self.kernel - 1 - 2 * self.margin();
        match (height.checked_sub(shrink), width.checked_sub(shrink)) {
            (Some(height), Some(width)) if height > 0 && width > 0 => {
                Ok(vec![self.outputs, height, width])
            }
            _ => Err(format!("has a {0}x{0} kernel", self.kernel)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shapes_of_images() {
        let shape = |layer: Layer, input: &[usize]| layer.output_shape(input);
        assert_eq!(shape(Layer::conv(1, 6, 5), &[1, 28, 28]), Ok(vec![6, 24, 24]));
        assert_eq!(shape(Layer::conv_same(1, 32, 5), &[1, 28, 28]), Ok(vec![32, 28, 28]));
        assert_eq!(shape(Layer::max_pool(2), &[6, 25, 24]), Ok(vec![6, 12, 12]));
        assert_eq!(shape(Layer::Flatten, &[16, 4, 4]), Ok(vec![256]));
    }

    #[test]
    fn what_does_not_fit_is_said() {
        let problem = |layer: Layer, input: &[usize]| layer.output_shape(input).unwrap_err();
        assert!(problem(Layer::conv(3, 6, 5), &[1, 28, 28]).contains("3 channels"));
        assert!(problem(Layer::conv(1, 6, 29), &[1, 28, 28]).contains("29x29"));
        assert!(problem(Layer::conv(1, 6, 0), &[1, 28, 28]).contains("empty"));
        assert!(problem(Layer::conv_same(1, 6, 4), &[1, 28, 28]).contains("odd"));
        assert!(problem(Layer::linear(784, 10), &[1, 28, 28]).contains("flatten"));
        assert!(problem(Layer::max_pool(0), &[1, 28, 28]).contains("0x0"));
        assert!(problem(Layer::avg_pool(30), &[1, 28, 28]).contains("30x30"));
    }
}
