"""How good a model is: behaviour tests, people's disagreement, figures of a finished folder, and its card."""
