"""Wrong derivations of the held half, to measure with: nobody may develop against them."""

from tests.quality_sets import WrongDerivation

DERIVATIONS = [
    WrongDerivation(
        "1a",
        "Umformung von exp(-z) in sigma: Kehrwert falsch",
        """
Derivative(sigma(z), z)
= Derivative(1/(1 + exp(-z)), z)   # Definition
= -Derivative(1 + exp(-z), z)/(1 + exp(-z))**2   # Quotientenregel
= exp(-z) * sigma(z)**2   # Kettenregel, Definition
= (1/sigma(z) + 1) * sigma(z)**2   # Algebra
= sigma(z) + sigma(z)**2   # Algebra
""",
    ),
    WrongDerivation(
        "1a",
        "Quotientenregel: Vorzeichen vertauscht",
        """
Derivative(sigma(z), z)
= Derivative(1/(1+exp(-z)), z)   # Definition
= (1*Derivative(1+exp(-z), z)-Derivative(1, z)*(1+exp(-z)))/(1+exp(-z))**2   # Quotientenregel
= Derivative(1+exp(-z), z)/(1+exp(-z))**2   # Konstantenregel, Algebra
= -exp(-z)/(1+exp(-z))**2   # Summenregel, Kettenregel
""",
    ),
    WrongDerivation(
        "1a",
        "ein Quadrat im Nenner beim Aufteilen verloren",
        """
Derivative(sigma(z), z)
= Derivative(1/(1 + exp(-z)), z)                                                   # Definition
= -Derivative(1 + exp(-z), z)/(1 + exp(-z))**2                                     # Quotientenregel
= exp(-z)/(1 + exp(-z))**2                                                         # Summenregel, Kettenregel
= ((1 + exp(-z)) - 1)/(1 + exp(-z))**2                                             # Algebra
= 1 - 1/(1 + exp(-z))**2                                                           # Algebra: gekürzt
= 1 - sigma(z)**2                                                                  # Definition
""",
    ),
    WrongDerivation(
        "1a",
        "Minus verloren beim Zusammenfassen",
        """
Derivative(sigma(z), z)
= Derivative(1/(1 + exp(-z)), z)
= -1/(1 + exp(-z))**2*Derivative(1 + exp(-z), z)   # Kettenregel
= -1/(1 + exp(-z))**2*Derivative(exp(-z), z)   # Summenregel
= -1/(1 + exp(-z))**2*(-exp(-z))   # Kettenregel
= -exp(-z)/(1 + exp(-z))**2   # Algebra
""",
    ),
    WrongDerivation(
        "1a",
        "exp(-z) mit exp(z) verwechselt nach dem Ableiten",
        """
Derivative(sigma(z), z)
= Derivative(1/(1 + exp(-z)), z)   # Definition
= -Derivative(1 + exp(-z), z)/(1 + exp(-z))**2   # Kettenregel
= exp(z)/(1 + exp(-z))**2
""",
    ),
    WrongDerivation(
        "1a",
        "innere Ableitung von exp(-z) vergessen",
        """
Derivative(sigma(z), z)
= Derivative(1/(1 + exp(-z)), z)                                                   # Definition
= -Derivative(1 + exp(-z), z)/(1 + exp(-z))**2                                     # Quotientenregel
= -exp(-z)/(1 + exp(-z))**2                                                        # Kettenregel
""",
    ),
    WrongDerivation(
        "1a",
        "exp(-z) wie eine Konstante abgeleitet",
        """
Derivative(sigma(z), z)
= Derivative(1/(1+exp(-z)), z)   # Definition
= -(Derivative(1, z)+Derivative(exp(-z), z))/(1+exp(-z))**2   # Kettenregel, Summenregel
= -(0+0)/(1+exp(-z))**2   # Konstantenregel
= 0   # Algebra
""",
    ),
    WrongDerivation(
        "1a",
        "Nenner nicht quadriert",
        """
Derivative(sigma(z), z)
= Derivative(1/(1 + exp(-z)), z)   # Definition
= -Derivative(1 + exp(-z), z)/(1 + exp(-z))   # Quotientenregel
= exp(-z)/(1 + exp(-z))   # Summenregel, Kettenregel
""",
    ),
    WrongDerivation(
        "1a",
        "Potenzregel: Faktor -1 vergessen",
        """
Derivative(sigma(z), z)
= Derivative((1+exp(-z))**(-1), z)   # Definition
= (1+exp(-z))**(-2)*Derivative(1+exp(-z), z)   # Potenzregel
= (1+exp(-z))**(-2)*(-exp(-z))   # Summenregel, Kettenregel
""",
    ),
    WrongDerivation(
        "1a",
        "Quotient der Ableitungen",
        """
Derivative(sigma(z), z)
= Derivative(exp(z)/(exp(z) + 1), z)
= Derivative(exp(z), z)/Derivative(exp(z) + 1, z)
= exp(z)/exp(z)
= 1
""",
    ),
    WrongDerivation(
        "1a",
        "exp(-z) nach Potenzregel abgeleitet",
        """
Derivative(sigma(z), z)
= Derivative((1 + exp(-z))**(-1), z)
= -(1 + exp(-z))**(-2)*Derivative(1 + exp(-z), z)
= -(1 + exp(-z))**(-2)*Derivative(exp(-z), z)
= -(1 + exp(-z))**(-2)*(-z*exp(-z - 1))
""",
    ),
    WrongDerivation(
        "1a",
        "Kehrwert: äußere Ableitung als Logarithmus (Stammfunktion)",
        """
Derivative(sigma(z), z)
= Derivative(1/(1 + exp(-z)), z)
= log(1 + exp(-z))*Derivative(1 + exp(-z), z)
= -log(1 + exp(-z))*exp(-z)
""",
    ),
    WrongDerivation(
        "1a",
        "Potenzregel: Exponent -1 bleibt stehen",
        """
Derivative(sigma(z), z)
= Derivative((1 + exp(-z))**(-1), z)                                               # Definition
= -(1 + exp(-z))**(-1)*Derivative(1 + exp(-z), z)                                  # Potenzregel
= -(1 + exp(-z))**(-1)*(-exp(-z))                                                  # Summenregel, Kettenregel
= exp(-z)/(1 + exp(-z))                                                            # Algebra
""",
    ),
    WrongDerivation(
        "1a",
        "falsch erweitert: + 1 statt - 1 im Zähler",
        """
Derivative(sigma(z), z)
= Derivative(1/(1 + exp(-z)), z)   # Definition
= -Derivative(exp(-z), z)/(1 + exp(-z))**2   # Quotientenregel, Konstantenregel
= exp(-z)/(1 + exp(-z))**2   # Kettenregel
= (1 + exp(-z) + 1)/(1 + exp(-z))**2   # Algebra
= sigma(z) + sigma(z)**2   # Algebra
""",
    ),
    WrongDerivation(
        "1a",
        "Minus im Nenner der Definition",
        """
Derivative(sigma(z), z)
= Derivative(1/(1-exp(-z)), z)   # Definition
= -Derivative(1-exp(-z), z)/(1-exp(-z))**2   # Quotientenregel
= -exp(-z)/(1-exp(-z))**2   # Summenregel, Kettenregel
""",
    ),
    WrongDerivation(
        "1b",
        "Vorzeichen am Ende",
        """
Derivative(a[i], z[j])
= Derivative(exp(z[i])/S, z[j])   # definition
= (Derivative(exp(z[i]), z[j])*S - exp(z[i])*Derivative(S, z[j]))/S**2   # quotientenregel
= (exp(z[i])*kron(i, j)*S - exp(z[i])*exp(z[j]))/S**2   # kettenregel, kronecker
= exp(z[i])/S*kron(i, j) - exp(z[i])/S*exp(z[j])/S   # algebra
= a[i]*(kron(i, j) + a[j])   # definition
""",
    ),
    WrongDerivation(
        "1b",
        "Log-Ansatz: Faktor a_i vergessen",
        """
Derivative(a[i], z[j])
= Derivative(log(a[i]), z[j])   # Kettenregel
= Derivative(z[i] - log(S), z[j])   # Definition
= kron(i, j) - Derivative(S, z[j])/S   # Kettenregel, Kronecker
= kron(i, j) - a[j]   # Definition
""",
    ),
    WrongDerivation(
        "1b",
        "Nenner nicht quadriert",
        """
Derivative(a[i], z[j])
= Derivative(exp(z[i])/S, z[j])   # Definition
= (Derivative(exp(z[i]), z[j])*S - exp(z[i])*Derivative(S, z[j]))/S   # Quotientenregel
= (kron(i, j)*exp(z[i])*S - exp(z[i])*exp(z[j]))/S   # Kettenregel, Kronecker
""",
    ),
    WrongDerivation(
        "1b",
        "dS/dz_j = 1",
        """
Derivative(a[i], z[j])
= Derivative(exp(z[i])*S**(-1), z[j])   # Definition
= Derivative(exp(z[i]), z[j])/S - exp(z[i])/S**2*Derivative(S, z[j])
= kron(i, j)*exp(z[i])/S - exp(z[i])/S**2   # Kettenregel, Kronecker
""",
    ),
    WrongDerivation(
        "1b",
        "Softmax ohne Summe im Nenner: exp(z_j) statt S",
        """
Derivative(a[i], z[j])
= Derivative(exp(z[i])/exp(z[j]), z[j])   # Definition
= Derivative(exp(z[i] - z[j]), z[j])   # Algebra
= exp(z[i] - z[j]) * (kron(i, j) - 1)   # Kettenregel, Kronecker
""",
    ),
    WrongDerivation(
        "1b",
        "Summe der abgeleiteten Terme nicht ausgewertet: alle bleiben",
        """
Derivative(a[i], z[j])
= Derivative(exp(z[i])/S, z[j])   # definition
= (Derivative(exp(z[i]), z[j])*S - exp(z[i])*Derivative(Sum(exp(z[k]), (k, 1, N)), z[j]))/S**2   # quotientenregel
= (exp(z[i])*kron(i, j)*S - exp(z[i])*Sum(exp(z[k]), (k, 1, N)))/S**2   # kettenregel, kronecker
= a[i]*(kron(i, j) - 1)   # algebra
""",
    ),
    WrongDerivation(
        "1b",
        "Potenzregel: S^(-1) statt S^(-2)",
        """
Derivative(a[i], z[j])
= Derivative(exp(z[i])*S**(-1), z[j])
= Derivative(exp(z[i]), z[j])*S**(-1) + exp(z[i])*Derivative(S**(-1), z[j])
= kron(i, j)*exp(z[i])*S**(-1) - exp(z[i])*S**(-1)*Derivative(S, z[j])   # Potenzregel, Kettenregel
""",
    ),
    WrongDerivation(
        "1b",
        "Fall i != j: als 0 angenommen, Summe hängt doch ab",
        """
Derivative(a[i], z[j])
= Derivative(exp(z[i])/S, z[j])   # Definition
Fall i == j
= (exp(z[i])*S - exp(z[i])*exp(z[j]))/S**2   # Quotientenregel, Kettenregel
= a[i]*(1 - a[j])   # Algebra
Fall i != j
= 0   # Konstantenregel
""",
    ),
    WrongDerivation(
        "1b",
        "Log-Ansatz: durch a_i geteilt statt multipliziert",
        """
Derivative(a[i], z[j])
= Derivative(log(a[i]), z[j])/a[i]   # kettenregel
= Derivative(z[i] - log(S), z[j])/a[i]   # definition
= (kron(i, j) - exp(z[j])/S)/a[i]   # summenregel, kettenregel
""",
    ),
    WrongDerivation(
        "1b",
        "Ableitung von S ist wieder S",
        """
Derivative(a[i], z[j])
= Derivative(exp(z[i])/S, z[j])   # Definition
= (Derivative(exp(z[i]), z[j])*S - exp(z[i])*Derivative(S, z[j]))/S**2
= (kron(i, j)*exp(z[i])*S - exp(z[i])*S)/S**2   # Kettenregel, Kronecker
= a[i]*(kron(i, j) - 1)
""",
    ),
    WrongDerivation(
        "1b",
        "Fall i == j: Summand mit S vergessen",
        """
Derivative(a[i], z[j])
Fall i == j
= Derivative(exp(z[i])/S, z[i])
= -exp(z[i])*Derivative(S, z[i])/S**2
= -a[i]**2   # Kettenregel, Algebra
Fall i != j
= Derivative(exp(z[i])/S, z[j])   # Definition
= -exp(z[i])*Derivative(S, z[j])/S**2   # Quotientenregel
= -a[i]*a[j]
""",
    ),
    WrongDerivation(
        "1b",
        "Kronecker auch am zweiten Summanden",
        """
Derivative(a[i], z[j])
= Derivative(exp(z[i])/S, z[j])
= (Derivative(exp(z[i]), z[j])*S - exp(z[i])*Derivative(S, z[j]))/S**2
= kron(i, j)*(exp(z[i])*S - exp(z[i])*exp(z[j]))/S**2   # Kettenregel, Kronecker
= kron(i, j)*a[i]*(1 - a[j])
""",
    ),
    WrongDerivation(
        "1b",
        "Produktregel: Minus von (1/S)' vergessen",
        """
Derivative(a[i], z[j])
= Derivative(exp(z[i])*S**(-1), z[j])                                              # Definition
= Derivative(exp(z[i]), z[j])*S**(-1) + exp(z[i])*Derivative(S**(-1), z[j])        # Produktregel
= kron(i, j)*exp(z[i])*S**(-1) + exp(z[i])*S**(-2)*Derivative(S, z[j])             # Potenzregel, Kettenregel
= kron(i, j)*a[i] + a[i]*a[j]                                                      # Kettenregel
""",
    ),
    WrongDerivation(
        "1b",
        "exp(z_i) nach der Potenzregel abgeleitet",
        """
Derivative(a[i], z[j])
= Derivative(exp(z[i])/S, z[j])   # Definition
= (Derivative(exp(z[i]), z[j])*S-exp(z[i])*Derivative(S, z[j]))/S**2   # Quotientenregel
= (z[i]*exp(z[i]-1)*kron(i, j)*S-exp(z[i])*Derivative(S, z[j]))/S**2   # Potenzregel, Kronecker
""",
    ),
    WrongDerivation(
        "1b",
        "Fall i != j: Vorzeichen",
        """
Derivative(a[i], z[j])
= Derivative(exp(z[i])/S, z[j])   # Definition
Fall i == j
= (exp(z[i]) * S - exp(z[i]) * exp(z[i]))/S**2   # Quotientenregel, Kettenregel
= a[i] * (1 - a[i])   # Algebra
Fall i != j
= (0 * S - exp(z[i]) * exp(z[j]))/S**2   # Quotientenregel, Kettenregel
= a[i] * a[j]   # Algebra
""",
    ),
    WrongDerivation(
        "1c",
        "y ebenfalls abgeleitet",
        """
Derivative(loss, z[n])
= Derivative(-Sum(y[i]*log(a[i]), (i, 1, N)), z[n])   # Definition
= -Sum(Derivative(y[i]*log(a[i]), z[n]), (i, 1, N))   # Summenregel, Faktorregel
= -Sum(log(a[i])*kron(i, n) + y[i]*Derivative(log(a[i]), z[n]), (i, 1, N))   # Produktregel
""",
    ),
    WrongDerivation(
        "1c",
        "a_i nicht gekürzt, Faktor a_i bleibt stehen",
        """
Derivative(loss, z[n])
= Derivative(-Sum(y[i]*log(a[i]), (i, 1, N)), z[n])   # Definition
= -Sum(y[i]/a[i]*Derivative(a[i], z[n]), (i, 1, N))   # Summenregel, Kettenregel
= -Sum(y[i]/a[i]*a[i]*(kron(i, n)-a[n]), (i, 1, N))   # 1b
= -Sum(y[i]*a[i]*(kron(i, n)-a[n]), (i, 1, N))   # Algebra
""",
    ),
    WrongDerivation(
        "1c",
        "Logarithmus einer Summe aufgeteilt: log S als Summe der z",
        """
Derivative(loss, z[n])
= Derivative(-Sum(y[i]*log(exp(z[i])/S), (i, 1, N)), z[n])                         # Definition
= Derivative(-Sum(y[i]*(z[i] - log(S)), (i, 1, N)), z[n])                          # Algebra
= Derivative(-Sum(y[i]*(z[i] - Sum(z[k], (k, 1, N))), (i, 1, N)), z[n])            # Algebra
= -Sum(y[i]*(kron(i, n) - 1), (i, 1, N))                                           # Summenregel, Kronecker
""",
    ),
    WrongDerivation(
        "1c",
        "beim Kürzen 1/a_i übrig gelassen",
        """
Derivative(loss, z[n])
= Derivative(-Sum(y[i]*log(a[i]), (i, 1, N)), z[n])   # Definition
= -Sum(y[i]/a[i]*Derivative(a[i], z[n]), (i, 1, N))   # Summenregel, Kettenregel
= -Sum(y[i]/a[i]*(kron(i, n) - a[n]), (i, 1, N))   # 1b
""",
    ),
    WrongDerivation(
        "1c",
        "wahre Klasse: 1b mit a_t statt a_n",
        """
Derivative(loss, z[n])
= Derivative(-log(a[t]), z[n])   # Definition, Voraussetzung
= -1/a[t] * Derivative(a[t], z[n])   # Kettenregel
= -1/a[t] * a[t] * (kron(t, n) - a[t])   # 1b
= a[t] - kron(t, n)   # Algebra
""",
    ),
    WrongDerivation(
        "1c",
        "log S abgeleitet ohne innere Ableitung",
        """
Derivative(loss, z[n])
= Derivative(-Sum(y[i]*(z[i] - log(S)), (i, 1, N)), z[n])                          # Definition, Algebra
= -Sum(y[i]*(Derivative(z[i], z[n]) - Derivative(log(S), z[n])), (i, 1, N))        # Summenregel, Faktorregel
= -Sum(y[i]*(kron(i, n) - 1/S), (i, 1, N))                                         # Kettenregel, Kronecker
= 1/S - y[n]                                                                       # Voraussetzung, Kronecker
""",
    ),
    WrongDerivation(
        "1c",
        "Ableitung von a_i nach z_n wie bei Sigmoid",
        """
Derivative(loss, z[n])
= Derivative(-Sum(y[i]*log(a[i]), (i, 1, N)), z[n])   # Definition
= -Sum(y[i]/a[i]*Derivative(a[i], z[n]), (i, 1, N))   # Kettenregel, Summenregel
= -Sum(y[i]/a[i]*a[i]*(1 - a[i]), (i, 1, N))   # 1a
= -Sum(y[i]*(1 - a[i]), (i, 1, N))   # Algebra
""",
    ),
    WrongDerivation(
        "1c",
        "Summe bei i = n getrennt, Vorzeichen des Restes",
        """
Derivative(loss, z[n])
= -y[n]/a[n]*Derivative(a[n], z[n]) - Sum(y[i]/a[i]*Derivative(a[i], z[n]),
      (i, 1, n - 1)) - Sum(y[i]/a[i]*Derivative(a[i], z[n]), (i, n + 1, N))   # Definition, Kettenregel
= -y[n]*(1 - a[n]) - Sum(y[i]*a[n], (i, 1, n - 1)) - Sum(y[i]*a[n], (i, n + 1, N))   # 1b
""",
    ),
    WrongDerivation(
        "1c",
        "nur der Summand i = n bleibt übrig",
        """
Derivative(loss, z[n])
= -Sum(y[i]*Derivative(log(a[i]), z[n]), (i, 1, N))   # definition, summenregel
= -y[n]*Derivative(log(a[n]), z[n])   # kronecker
= -y[n]/a[n]*Derivative(a[n], z[n])   # kettenregel
= -y[n]*(1 - a[n])   # 1b
""",
    ),
    WrongDerivation(
        "1c",
        "Ableitung des Logarithmus: innere Ableitung vergessen",
        """
Derivative(loss, z[n])
= Derivative(-Sum(y[i]*log(a[i]), (i, 1, N)), z[n])   # definition
= -Sum(y[i]*Derivative(log(a[i]), z[n]), (i, 1, N))   # summenregel, faktorregel
= -Sum(y[i]/a[i], (i, 1, N))   # kettenregel
""",
    ),
    WrongDerivation(
        "1c",
        "wahre Klasse: nur der Fall n = t betrachtet",
        """
Derivative(loss, z[n])
= Derivative(-log(a[t]), z[n])   # Voraussetzung
= -1/a[t]*Derivative(a[t], z[n])   # Kettenregel
= -(1 - a[n])   # 1b
= a[n] - 1   # Algebra
""",
    ),
    WrongDerivation(
        "1c",
        "Voraussetzung falsch gelesen: jedes y_i ist 1",
        """
Derivative(loss, z[n])
= Derivative(-Sum(y[i]*log(a[i]), (i, 1, N)), z[n])   # definition
= -Sum(y[i]/a[i]*Derivative(a[i], z[n]), (i, 1, N))   # summenregel, kettenregel
= -Sum(y[i]*(kron(i, n) - a[n]), (i, 1, N))   # 1b
= -Sum(kron(i, n) - a[n], (i, 1, N))   # voraussetzung
= -1 + N*a[n]   # kronecker, algebra
""",
    ),
    WrongDerivation(
        "1c",
        "Kronecker-Summe ergibt 1 statt y_n",
        """
Derivative(loss, z[n])
= Derivative(-Sum(y[i]*log(a[i]), (i, 1, N)), z[n])
= -Sum(y[i]*Derivative(log(a[i]), z[n]), (i, 1, N))
= -Sum(y[i]/a[i]*Derivative(a[i], z[n]), (i, 1, N))
= -Sum(y[i]*(kron(i, n) - a[n]), (i, 1, N))
= a[n]*Sum(y[i], (i, 1, N)) - 1
= a[n] - 1
""",
    ),
    WrongDerivation(
        "1c",
        "Summe der y ist N statt 1",
        """
Derivative(loss, z[n])
= -Sum(y[i]*Derivative(log(a[i]), z[n]), (i, 1, N))                                # Definition, Summenregel
= -Sum(y[i]/a[i]*Derivative(a[i], z[n]), (i, 1, N))                                # Kettenregel
= -Sum(y[i]*(kron(i, n) - a[n]), (i, 1, N))                                        # 1b
= -y[n] + a[n]*Sum(y[i], (i, 1, N))                                                # Kronecker, Algebra
= N*a[n] - y[n]                                                                    # Voraussetzung
""",
    ),
    WrongDerivation(
        "1c",
        "1b mit Pluszeichen eingesetzt",
        """
Derivative(loss, z[n])
= Derivative(-Sum(y[i]*log(a[i]), (i, 1, N)), z[n])
= -Sum(y[i]/a[i]*Derivative(a[i], z[n]), (i, 1, N))
= -Sum(y[i]*(kron(i, n) + a[n]), (i, 1, N))   # 1b
= -y[n] - a[n]*Sum(y[i], (i, 1, N))
= -y[n] - a[n]
""",
    ),
    WrongDerivation(
        "1d",
        "da_k/dz_n für alle k als h' angesetzt (Kronecker vergessen)",
        """
Derivative(loss, z[L,n])
= Sum(Derivative(loss, a[L,k])*Derivative(a[L,k], z[L,n]), (k, 1, N))              # Kettenregel
= Sum(Derivative(loss, a[L,k])*dh(z[L,n]), (k, 1, N))                              # Kettenregel
= dh(z[L,n])*Sum(Derivative(loss, a[L,k]), (k, 1, N))                              # Algebra
""",
    ),
    WrongDerivation(
        "1d",
        "Bias bleibt stehen",
        """
Derivative(loss, z[L,n])
= Sum(delta[L+1,m]*Derivative(z[L+1,m], z[L,n]), (m, 1, M))
= Sum(delta[L+1,m]*Derivative(Sum(w[L+1,k,m]*h(z[L,k]), (k, 1, N)) + b[L+1,m], z[L,n]), (m, 1, M))
= Sum(delta[L+1,m]*(w[L+1,n,m]*dh(z[L,n]) + b[L+1,m]), (m, 1, M))
""",
    ),
    WrongDerivation(
        "1d",
        "Gewichtsindizes erst in der letzten Zeile vertauscht",
        """
Derivative(loss, z[L,n])
= Sum(delta[L+1,m]*Derivative(z[L+1,m], z[L,n]), (m, 1, M))   # Kettenregel
= Sum(delta[L+1,m]*Derivative(Sum(w[L+1,k,m]*h(z[L,k]), (k, 1, N))+b[L+1,m], z[L,n]), (m, 1, M))   # Definition
= Sum(delta[L+1,m]*w[L+1,n,m]*dh(z[L,n]), (m, 1, M))   # Summenregel, Kettenregel
= dh(z[L,n])*Sum(w[L+1,m,n]*delta[L+1,m], (m, 1, M))   # Algebra
""",
    ),
    WrongDerivation(
        "1d",
        "Faktor der Kettenregel addiert statt multipliziert",
        """
Derivative(loss, z[L,n])
= Sum(delta[L+1,m] + Derivative(z[L+1,m], z[L,n]), (m, 1, M))   # Kettenregel
= Sum(delta[L+1,m] + w[L+1,n,m] * dh(z[L,n]), (m, 1, M))   # Definition, Kettenregel
""",
    ),
    WrongDerivation(
        "1d",
        "Kronecker mit n und m verwechselt: nur m = n bleibt",
        """
Derivative(loss, z[L,n])
= Sum(delta[L+1,m]*Derivative(z[L+1,m], z[L,n]), (m, 1, M))                        # Kettenregel
= Sum(delta[L+1,m]*w[L+1,n,m]*dh(z[L,n])*kron(m, n), (m, 1, M))                    # Definition, Kettenregel
""",
    ),
    WrongDerivation(
        "1d",
        "innere Aktivierung h(z) als Faktor behalten",
        """
Derivative(loss, z[L,n])
= Sum(delta[L+1,m]*Derivative(z[L+1,m], z[L,n]), (m, 1, M))                        # Kettenregel
= Sum(delta[L+1,m]*Derivative(Sum(w[L+1,k,m]*h(z[L,k]), (k, 1, N)) + b[L+1,m], z[L,n]), (m, 1, M))   # Definition
= Sum(delta[L+1,m]*w[L+1,n,m]*h(z[L,n])*dh(z[L,n]), (m, 1, M))                     # Summenregel, Kettenregel
""",
    ),
    WrongDerivation(
        "1d",
        "Gewicht fällt weg, Ableitung nach a statt des Produkts",
        """
Derivative(loss, z[L,n])
= Sum(delta[L+1,m]*Derivative(z[L+1,m], z[L,n]), (m, 1, M))   # Kettenregel
= Sum(delta[L+1,m]*Derivative(Sum(w[L+1,k,m]*h(z[L,k]), (k, 1, N)) + b[L+1,m], z[L,n]), (m, 1, M))   # Definition
= Sum(delta[L+1,m]*dh(z[L,n]), (m, 1, M))   # Kettenregel, Kronecker
""",
    ),
    WrongDerivation(
        "1d",
        "delta der eigenen statt der nächsten Schicht",
        """
Derivative(loss, z[L,n])
= Sum(Derivative(loss, z[L+1,m]) * Derivative(z[L+1,m], z[L,n]), (m, 1, M))   # Kettenregel
= Sum(delta[L,n] * Derivative(z[L+1,m], z[L,n]), (m, 1, M))   # Definition
= Sum(delta[L,n] * w[L+1,n,m] * dh(z[L,n]), (m, 1, M))   # Definition, Kettenregel
""",
    ),
    WrongDerivation(
        "1d",
        "Summe über k nicht zusammengezogen (Kronecker fehlt)",
        """
Derivative(loss, z[L,n])
= Sum(delta[L+1,m]*Derivative(z[L+1,m], z[L,n]), (m, 1, M))                        # Kettenregel
= Sum(delta[L+1,m]*Derivative(Sum(w[L+1,k,m]*h(z[L,k]), (k, 1, N)) + b[L+1,m], z[L,n]), (m, 1, M))   # Definition
= Sum(delta[L+1,m]*Sum(w[L+1,k,m]*dh(z[L,k]), (k, 1, N)), (m, 1, M))               # Summenregel, Kettenregel
""",
    ),
    WrongDerivation(
        "1d",
        "Kronecker mit falschem Index aufgelöst: w_{mm}",
        """
Derivative(loss, z[L,n])
= Sum(delta[L+1,m]*Derivative(z[L+1,m], z[L,n]), (m, 1, M))   # Kettenregel
= Sum(delta[L+1,m]*Sum(w[L+1,k,m]*Derivative(h(z[L,k]), z[L,n]), (k, 1, N)), (m, 1, M))   # Definition, Summenregel
= Sum(delta[L+1,m]*Sum(w[L+1,k,m]*dh(z[L,k])*kron(k, m), (k, 1, N)), (m, 1, M))   # Kettenregel, Kronecker
""",
    ),
    WrongDerivation(
        "1d",
        "Gewichtsindizes vertauscht",
        """
Derivative(loss, z[L,n])
= Sum(delta[L+1,m]*Derivative(z[L+1,m], z[L,n]), (m, 1, M))
= Sum(delta[L+1,m]*Derivative(Sum(w[L+1,m,k]*h(z[L,k]), (k, 1, N)) + b[L+1,m], z[L,n]), (m, 1, M))
= Sum(delta[L+1,m]*w[L+1,m,n]*dh(z[L,n]), (m, 1, M))
""",
    ),
    WrongDerivation(
        "1d",
        "dL/dz der nächsten Schicht durch a - y ersetzt (nur am Ausgang richtig)",
        """
Derivative(loss, z[L,n])
= Sum(Derivative(loss, z[L+1,m])*Derivative(z[L+1,m], z[L,n]), (m, 1, M))   # Kettenregel
= Sum(a[L+1,m]*Derivative(z[L+1,m], z[L,n]), (m, 1, M))   # 1c
= Sum(a[L+1,m]*w[L+1,n,m]*dh(z[L,n]), (m, 1, M))   # Definition, Kettenregel
""",
    ),
    WrongDerivation(
        "1d",
        "h statt h'",
        """
Derivative(loss, z[L,n])
= Sum(delta[L+1,m] * Derivative(z[L+1,m], z[L,n]), (m, 1, M))   # Kettenregel
= Sum(delta[L+1,m] * Derivative(Sum(w[L+1,k,m] * h(z[L,k]), (k, 1, N)) + b[L+1,m], z[L,n]),
      (m, 1, M))   # Definition
= Sum(delta[L+1,m] * Sum(w[L+1,k,m] * Derivative(h(z[L,k]), z[L,n]), (k, 1, N)),
      (m, 1, M))   # Summenregel, Faktorregel
= Sum(delta[L+1,m] * w[L+1,n,m] * h(z[L,n]), (m, 1, M))   # Kettenregel, Kronecker
= h(z[L,n]) * Sum(delta[L+1,m] * w[L+1,n,m], (m, 1, M))   # Algebra
""",
    ),
    WrongDerivation(
        "1d",
        "h' an z^{L+1} ausgewertet",
        """
Derivative(loss, z[L,n])
= Sum(delta[L+1,m]*Derivative(z[L+1,m], z[L,n]), (m, 1, M))   # Kettenregel
= Sum(delta[L+1,m]*Derivative(Sum(w[L+1,k,m]*h(z[L,k]), (k, 1, N)) + b[L+1,m], z[L,n]), (m, 1, M))   # Definition
= Sum(delta[L+1,m]*w[L+1,n,m]*dh(z[L+1,m]), (m, 1, M))   # Summenregel, Kettenregel
""",
    ),
    WrongDerivation(
        "1d",
        "Ableitung von h zweimal: dh(z)^2",
        """
Derivative(loss, z[L,n])
= Sum(delta[L+1,m]*Derivative(z[L+1,m], z[L,n]), (m, 1, M))                        # Kettenregel
= Sum(delta[L+1,m]*Derivative(Sum(w[L+1,k,m]*h(z[L,k]), (k, 1, N)) + b[L+1,m], z[L,n]), (m, 1, M))   # Definition
= Sum(delta[L+1,m]*w[L+1,n,m]*dh(z[L,n]), (m, 1, M))                               # Summenregel, Kettenregel
= dh(z[L,n])*Sum(delta[L+1,m]*w[L+1,n,m]*dh(z[L,n]), (m, 1, M))                    # Algebra
""",
    ),
]
