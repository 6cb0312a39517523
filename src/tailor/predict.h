// Predicting with a trained network. examples/predict.cc is a whole program.
#pragma once

#include "tailor/base/build_info.h"        // which build this is: version, commit
#include "tailor/base/error.h"             // what is thrown: kind, message
#include "tailor/data/pictures/picture.h"  // pictures of any size, from files
#include "tailor/train/model.h"            // a trained network as a file
#include "tailor/train/predictor.h"        // classes and their probabilities
