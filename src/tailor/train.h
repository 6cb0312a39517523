// Training a network: read images, an architecture and settings; train; keep the best weights.
// examples/train.cc is a whole program.
#pragma once

#include "tailor/base/build_info.h"        // which build this is: version, commit
#include "tailor/base/error.h"             // what is thrown: kind, message
#include "tailor/data/dataset.h"           // images by name or folder
#include "tailor/data/split.h"             // training and validation images
#include "tailor/train/hyperparameters.h"  // the table of settings
#include "tailor/train/model.h"            // a trained network as a file
#include "tailor/train/recipe.h"           // settings from defaults, recipe and name=value
#include "tailor/train/trainer.h"          // the training loop
