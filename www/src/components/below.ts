// What a first frame need not wait for, in one file: many small ones would each wait for the network.

import "./course/course-panel";
import "./lessons/lessons-panel";
import "./library/panel";
import "./preset-links";
import "./privacy-panel";
import "./invite-panel";
import "./proof";
import "./results/results-panel";
import "./secret/secret-panel";
import "./secure-sum";
import "./settings-form";
import "./training-panel";
